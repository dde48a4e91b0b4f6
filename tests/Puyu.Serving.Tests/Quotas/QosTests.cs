using System.Net;
using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Quotas;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Quotas;

public class QosTests
{
    private const string Chat = "/v1/chat/completions";

    private static readonly QosOptions _qos = new()
    {
        Default = "rest",
        Groups =
        [
            new UserGroup { Name = "gold", Share = 0.5, Users = ["ann"] },
            new UserGroup { Name = "silver", Share = 0.25, TokensPerMinute = 10, Users = ["bob"] },
            new UserGroup { Name = "rest", Share = 0.25, TokensPerMinute = 20 },
        ],
    };

    [Theory]
    [InlineData("""{"messages":"hi","user":"bob"}""", Chat, "silver", 10)]
    [InlineData("""{"messages":"hi","user":"somebody"}""", Chat, "rest", 20)]
    [InlineData("""{"messages":"hi"}""", Chat, "rest", 20)]
    [InlineData("""{"max_tokens":9,"messages":[{"role":"user","content":"hi"}],"metadata":{"user_id":"bob"}}""",
        "/v1/messages", "silver", 10)]
    [InlineData("""{"messages":"hi","user_id":"bob"}""", "/v1/chat/completions_qos", "silver", 10)]
    [InlineData("""{"prompt":"hi","user_id":"bob"}""", "/v1/completions_qos", "silver", 10)]
    [InlineData("""{"prompt":"hi","user_id":"bob"}""", "/v1/chat/interactive_qos", "silver", 10)]
    [InlineData("""{"input":"a text of more than ten","user":"bob"}""", "/v1/embeddings", "silver", 10)]
    public async Task AGroupWithoutTokens_IsRefused_AndTheOthersAreNot(
        string request, string path, string group, int perMinute)
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { Qos = _qos });
        HttpResponseMessage refused = await server.PostAsync(path, request);
        for (int i = 0; refused.StatusCode == HttpStatusCode.OK && i < 5; i++)
        {
            refused.Dispose();
            refused = await server.PostAsync(path, request);
        }

        JsonNode error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal("rate_limit_exceeded", (string?)error["code"]);
        Assert.StartsWith(
            $"group {group} has used up its {perMinute} tokens a minute; try again in ", (string?)error["message"],
            StringComparison.Ordinal);
        refused.Dispose();
        (int status, _) = await server.AskAsync(Chat, """{"messages":"hi","user":"ann"}""");
        Assert.Equal(200, status);
    }

    [Theory]
    [InlineData("key-1", 200)]
    [InlineData("key-2", 429)]
    public async Task AKey_CountsBeforeTheUser(string key, int expected)
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions
            {
                Qos = With(gold => gold with { Keys = ["key-1"] }),
                ApiKeys = ["key-1", "key-2"],
            });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        int status = 0;
        for (int i = 0; i < 4; i++)
        {
            (status, _) = await server.AskAsync(Chat, """{"messages":"hi","user":"bob","priority":7}""");
        }

        Assert.Equal(expected, status);
        Assert.All(server.Engine.Requests, request => Assert.Equal(0, request.Priority));
    }

    [Fact]
    public async Task ACrowd_FillsItsOwnQueue_AndLeavesThatOfOthers()
    {
        var go = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions { Qos = _qos, MaxConcurrent = 1, MaxQueued = 4 });
        server.Engine.Script = (request, _) => After(go.Task, request);
        var waiting = new List<Task<HttpResponseMessage>>();
        for (int i = 1; i <= 2; i++)
        {
            waiting.Add(server.PostAsync(Chat, """{"messages":"hi"}"""));
            await WaitForAsync(server, requests: i);
        }

        (int status, JsonNode body) = await server.AskAsync(Chat, """{"messages":"hi"}""");
        waiting.Add(server.PostAsync(Chat, """{"messages":"hi","user":"ann"}"""));
        await WaitForAsync(server, requests: 3);
        go.SetResult();

        Assert.Equal(429, status);
        Assert.Equal(
            "group rest has 1 requests waiting, which is all that its share of 4 allows",
            (string?)body["error"]!["message"]);
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public void Validated_NamesWhatIsWrong()
    {
        AssertProblem("Default is all but must be one of the groups", _qos with { Default = "all" });
        AssertProblem("Share of group gold is 0 but must lie in (0, 1]", With(gold => gold with { Share = 0 }));
        AssertProblem("the sum of Share is 1.1 but must be at most 1", With(gold => gold with { Share = 0.6 }));
        AssertProblem("TokensPerMinute of group gold is 0", With(gold => gold with { TokensPerMinute = 0 }));
        AssertProblem("Name of a group is rest but must be a name", With(gold => gold with { Name = "rest" }));
        AssertProblem("a member of Users is bob but", With(gold => gold with { Users = ["bob"] }));
        AssertProblem("the number of Keys unknown to the server is 1 but", With(gold => gold with { Keys = ["other"] }));
        new ServerOptions { Qos = With(gold => gold with { Keys = ["key-1"] }), ApiKeys = ["key-1"] }.Validated();
    }

    private static void AssertProblem(string expected, QosOptions options)
    {
        OptionsException problem = Assert.Throws<OptionsException>(
            () => new ServerOptions { Qos = options, ApiKeys = ["key-1"] }.Validated());
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    private static QosOptions With(Func<UserGroup, UserGroup> change) =>
        _qos with { Groups = [change(_qos.Groups[0]), .. _qos.Groups.Skip(1)] };

    private static async IAsyncEnumerable<CompletionUpdate> After(Task go, CompletionRequest request)
    {
        await go;
        yield return ScriptedEngine.Update(request, 0, "ok") with { FinishReason = FinishReason.Stop };
    }

    /// <summary>Waits until so many requests run or wait.</summary>
    private static async Task WaitForAsync(TestServer server, int requests)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        string metric = $"lmdeploy:num_api_requests_waiting{{model_name=\"scripted\"}} {requests - 1}";
        string running = "lmdeploy:num_api_requests_routed{model_name=\"scripted\"} 1";
        string metrics = "";
        while (!metrics.Contains(metric, StringComparison.Ordinal)
            || !metrics.Contains(running, StringComparison.Ordinal))
        {
            await Task.Delay(5, limit.Token);
            metrics = await server.Client.GetStringAsync("/metrics", limit.Token);
        }
    }
}
