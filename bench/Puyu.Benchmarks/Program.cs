Console.WriteLine("no benchmark is registered");
