using Puyu.Cli;

return await PuyuTool.RunAsync(args);
