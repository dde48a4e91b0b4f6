using System.Collections.Concurrent;
using System.Text;
using Microsoft.Playwright;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Page;

/// <summary>The chat page of a server of its own, in a profile of its own.</summary>
internal sealed class ChatPage : IAsyncDisposable
{
    private const float Patience = 15_000;

    private readonly TestServer _server;
    private readonly IBrowserContext _context;

    private ChatPage(TestServer server, IBrowserContext context, IPage page)
    {
        _server = server;
        _context = context;
        Page = page;
        page.SetDefaultTimeout(Patience);
        page.Console += (_, message) => Complain(message.Type, message.Text);
        page.PageError += (_, error) => Problems.Enqueue(error);
    }

    public IPage Page { get; }

    public ScriptedEngine Engine => _server.Engine;

    /// <summary>Errors of scripts, and what the page's policy forbade.</summary>
    public ConcurrentQueue<string> Problems { get; } = [];

    public ILocator Input => Page.Locator("#input");

    public ILocator StopButton => Page.Locator("#stop");

    public ILocator Questions => Page.Locator("article.user");

    public ILocator Answers => Page.Locator("article.assistant");

    public ILocator Conversations => Page.Locator(".entry-open");

    public static async Task<ChatPage> OpenAsync(
        BrowserFixture browser, BrowserNewContextOptions? look = null, ServerOptions? options = null)
    {
        TestServer server = await TestServer.StartAsync(options: options);
        IBrowserContext context = await browser.Browser.NewContextAsync(
            look ?? new BrowserNewContextOptions { Locale = "en-US" });
        var page = new ChatPage(server, context, await context.NewPageAsync());
        await page.Page.GotoAsync(server.Address.ToString());
        return page;
    }

    /// <summary>Sends a message and waits for the whole answer.</summary>
    public async Task AskAsync(string text)
    {
        await SendAsync(text);
        await WaitForAnswerAsync();
    }

    public async Task SendAsync(string text)
    {
        await Input.FillAsync(text);
        await Input.PressAsync("Enter");
    }

    public Task WaitForAnswerAsync() => Answers.Last.Locator(".message-actions").WaitForAsync();

    /// <summary>Presses a button of a message by its name.</summary>
    public static async Task ActAsync(ILocator message, string name)
    {
        await message.HoverAsync();
        await message.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
    }

    /// <summary>Presses an entry of a conversation's menu.</summary>
    public async Task ChooseAsync(string conversation, string entry)
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = $"More for {conversation}" }).ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = entry }).ClickAsync();
    }

    /// <summary>The engine answers with what comes through the pipe, and ends with it.</summary>
    public Pipe AnswerThroughPipe()
    {
        var pipe = new Pipe();
        Engine.Script = pipe.ReadAsync;
        return pipe;
    }

    /// <summary>What the engine was asked last, as its scripted template writes it.</summary>
    public string LastPrompt()
    {
        CompletionRequest last = Engine.Requests.Last();
        return Encoding.UTF8.GetString(
            [.. ((Prompt.OfTokens)last.Prompt).TokenIds.Select(tokenId => (byte)tokenId)]).TrimEnd('\n');
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await _server.DisposeAsync();
    }

    private void Complain(string type, string text)
    {
        if (type == "error")
        {
            Problems.Enqueue(text);
        }
    }
}
