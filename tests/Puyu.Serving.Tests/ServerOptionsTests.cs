using Puyu.Abstractions;

namespace Puyu.Serving.Tests;

public class ServerOptionsTests
{
    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new ServerOptions
        {
            Host = "nowhere",
            Port = 70000,
            ApiKeys = [""],
            MaxBodyBytes = 0,
            MaxConcurrent = 0,
            MaxQueued = -1,
            QueueTimeout = TimeSpan.Zero,
            KeepAlive = TimeSpan.Zero,
        };

        OptionsException problems = Assert.Throws<OptionsException>(options.Validated);

        Assert.All(
            (string[])["Host", "Port", "ApiKeys", "MaxBodyBytes", "MaxConcurrent", "MaxQueued", "QueueTimeout", "KeepAlive"],
            name => Assert.Contains(name, problems.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Validated_AcceptsTheDefaults()
    {
        var options = new ServerOptions();

        Assert.Same(options, options.Validated());
    }
}
