using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Puyu.Cli.Tests.Data;

/// <summary>A fact that needs Slurm and munge, and root to start their daemons.</summary>
internal sealed class SlurmFactAttribute : FactAttribute
{
    private static readonly string[] _programs = ["slurmctld", "slurmd", "sbatch", "srun", "munged"];

    /// <summary>Skips the test where one is absent.</summary>
    public SlurmFactAttribute()
    {
        string[] absent = [.. _programs.Where(program => SlurmCluster.Find(program) is null)];
        Skip = absent.Length > 0 ? $"needs {string.Join(", ", absent)}: scripts/get-slurm.sh installs them"
            : Environment.IsPrivilegedProcess ? null! : "needs root: Slurm's daemons are started";
    }
}

/// <summary>A Slurm cluster of two nodes on this host, with a munge of its own, in a folder of its own.</summary>
internal sealed class SlurmCluster : IAsyncDisposable
{
    private static readonly string[] _folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _daemons = [];

    /// <summary>The configuration, as the tools find it in <c>SLURM_CONF</c>.</summary>
    public string Configuration => _folder.File("slurm.conf");

    /// <summary>Where a program is, or null.</summary>
    public static string? Find(string program) =>
        _folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Starts the daemons and waits until both nodes take jobs.</summary>
    public static async Task<SlurmCluster> StartAsync()
    {
        var cluster = new SlurmCluster();
        string key = cluster._folder.File("munge.key");
        await File.WriteAllBytesAsync(key, RandomNumberGenerator.GetBytes(1024));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Directory.CreateDirectory(cluster._folder.File("state"));
        await File.WriteAllTextAsync(cluster.Configuration, cluster.Describe());
        await File.WriteAllTextAsync(cluster._folder.File("cgroup.conf"), "CgroupPlugin=cgroup/v1\n");
        cluster.Start(
            "munged", "--force", "--foreground", $"--key-file={key}",
            $"--socket={cluster._folder.File("munge.socket")}", $"--pid-file={cluster._folder.File("munged.pid")}", $"--seed-file={cluster._folder.File("munge.seed")}",
            $"--log-file={cluster._folder.File("munged.log")}");
        cluster.Start("slurmctld", "-D", "-f", cluster.Configuration);
        cluster.Start("slurmd", "-D", "-N", "n1", "-f", cluster.Configuration);
        cluster.Start("slurmd", "-D", "-N", "n2", "-f", cluster.Configuration);

        // A job of both nodes begins once both have registered; srun waits for the controller as well.
        Result ready = await cluster.RunAsync("srun", "--nodes=2", "--quiet", "true");
        Assert.True(ready.Status == 0, ready.Errors);
        return cluster;
    }

    /// <summary>Runs a program of this cluster to its end.</summary>
    public async Task<Result> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(Line(program, arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(240));
        return new Result(process.ExitCode, await output, errors);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Process daemon in Enumerable.Reverse(_daemons))
        {
            if (!daemon.HasExited)
            {
                daemon.Kill(entireProcessTree: true);
                await daemon.WaitForExitAsync();
            }

            daemon.Dispose();
        }

        _folder.Dispose();
    }

    private void Start(string program, params string[] arguments)
    {
        Process daemon = Process.Start(Line(program, arguments))!;
        daemon.OutputDataReceived += (_, _) => { };
        daemon.ErrorDataReceived += (_, _) => { };
        daemon.BeginOutputReadLine();
        daemon.BeginErrorReadLine();
        _daemons.Add(daemon);
    }

    private ProcessStartInfo Line(string program, string[] arguments)
    {
        var line = new ProcessStartInfo(Find(program) ?? program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        line.Environment["SLURM_CONF"] = Configuration;
        return line;
    }

    private string Describe()
    {
        string host = Dns.GetHostName().Split('.')[0];
        int[] ports = [FreePort(), FreePort(), FreePort()];
        return $"""
            ClusterName=puyu
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={ports[0]}
            AuthType=auth/munge
            AuthInfo=socket={_folder.File("munge.socket")}
            SlurmUser=root
            StateSaveLocation={_folder.File("state")}
            SlurmdSpoolDir={_folder.File("spool-%n")}
            SlurmctldPidFile={_folder.File("slurmctld.pid")}
            SlurmdPidFile={_folder.File("slurmd-%n.pid")}
            SlurmctldLogFile={_folder.File("slurmctld.log")}
            SlurmdLogFile={_folder.File("slurmd-%n.log")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SlurmdParameters=config_overrides
            SchedulerParameters=sched_interval=1,batch_sched_delay=0
            ReturnToService=2
            MpiDefault=none
            NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1
            NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1
            PartitionName=all Nodes=ALL Default=YES State=UP

            """;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What a program left.</summary>
    public sealed record Result(int Status, string Output, string Errors);
}
