using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using static Microsoft.Playwright.Assertions;

namespace Puyu.Serving.Tests.Page;

[Collection(BrowserTests.Name)]
public class ConversationTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task Send_ShowsTheAnswerAsItComes()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        Pipe pipe = chat.AnswerThroughPipe();

        await chat.SendAsync("hi");
        pipe.Say("Hel");
        await Expect(chat.Answers).ToHaveTextAsync("Hel");
        await Expect(chat.StopButton).ToBeVisibleAsync();
        pipe.Say("lo");
        pipe.Say(".");
        pipe.End();
        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("Hello.");

        await Expect(chat.StopButton).ToBeHiddenAsync();
        await Expect(chat.Answers.Locator(".statistics")).ToContainTextAsync("3 tokens · ");
        await Expect(chat.Answers.Locator(".statistics")).ToContainTextAsync("prompt 8, 3 of them cached");
        Assert.Equal("user:hi", chat.LastPrompt());
        Assert.Empty(chat.Problems);
    }

    [BrowserFact]
    public async Task Escape_StopsAndKeepsWhatIsWritten()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        Pipe pipe = chat.AnswerThroughPipe();

        await chat.SendAsync("hi");
        pipe.Say("Once upon");
        await Expect(chat.Answers).ToHaveTextAsync("Once upon");
        await chat.Page.Keyboard.PressAsync("Escape");
        await chat.WaitForAnswerAsync();

        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("Once upon");
        await Expect(chat.Answers.Locator(".note")).ToHaveTextAsync("Stopped");
        await WaitUntil(() => chat.Engine.Abandoned == 1);
        chat.Engine.Answer("Yes.");
        await chat.AskAsync("go on");
        Assert.Equal("user:hi\nassistant:Once upon\nuser:go on", chat.LastPrompt());
    }

    [BrowserFact]
    public async Task Regenerate_KeepsTheAnswersToFlipThrough()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        chat.Engine.Answer("First.");
        await chat.AskAsync("hi");
        chat.Engine.Answer("Second.");

        await ChatPage.ActAsync(chat.Answers, "Answer again");
        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("Second.");
        await Expect(chat.Answers.Locator(".versions")).ToHaveTextAsync("2/2");
        await ChatPage.ActAsync(chat.Answers, "Previous version");
        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("First.");
        await chat.AskAsync("and then?");

        Assert.Equal("user:hi\nassistant:First.\nuser:and then?", chat.LastPrompt());
    }

    [BrowserFact]
    public async Task Edit_GoesOnFromTheEditedMessage()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        await chat.AskAsync("one");
        await chat.AskAsync("two");
        chat.Engine.Answer("Edited.");

        await ChatPage.ActAsync(chat.Questions.First, "Edit");
        await chat.Page.Locator(".edit-area").FillAsync("uno");
        await chat.Page.Keyboard.PressAsync("Enter");
        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("Edited.");

        await Expect(chat.Questions).ToHaveCountAsync(1);
        Assert.Equal("user:uno", chat.LastPrompt());
        await ChatPage.ActAsync(chat.Questions, "Previous version");
        await Expect(chat.Questions).ToHaveCountAsync(2);
        await Expect(chat.Questions.First.Locator(".bubble")).ToHaveTextAsync("one");
    }

    [BrowserFact]
    public async Task Delete_TakesWhatFollows_AndCanBeUndone()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        await chat.AskAsync("one");
        await chat.AskAsync("two");

        await ChatPage.ActAsync(chat.Questions.Last, "Delete");
        await Expect(chat.Questions).ToHaveCountAsync(1);
        await Expect(chat.Answers).ToHaveCountAsync(1);
        await chat.Page.GetByText("Undo").ClickAsync();

        await Expect(chat.Questions).ToHaveCountAsync(2);
        await Expect(chat.Answers).ToHaveCountAsync(2);
    }

    [BrowserFact]
    public async Task Settings_AreSent()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        await chat.AskAsync("as it comes");
        SamplingOptions usual = chat.Engine.Requests.Last().Sampling;

        await chat.Page.Locator("#open-settings").ClickAsync();
        await Expect(chat.Page.Locator("#parameter-temperature")).ToHaveAttributeAsync("placeholder", "0.8");
        await chat.Page.Locator("#system").FillAsync("Be brief.");
        foreach ((string name, string value) in ((string, string)[])[
            ("temperature", "0.3"), ("top_p", "0.9"), ("top_k", "7"), ("min_p", "0.1"), ("max_tokens", "33"),
            ("repetition_penalty", "1.2"), ("seed", "42")])
        {
            await chat.Page.Locator($"#parameter-{name}").FillAsync(value);
        }

        await chat.Page.Locator("#model").SelectOptionAsync("pirate");
        await chat.AskAsync("as I say");

        CompletionRequest request = chat.Engine.Requests.Last();
        Assert.Equal(0.8f, usual.Temperature);
        Assert.Equal(50, usual.TopK);
        Assert.Equal("pirate", request.Adapter);
        Assert.Equal(
            (0.3f, 0.9f, 7, 0.1f, 33, 1.2f, 42ul),
            (request.Sampling.Temperature, request.Sampling.TopP, request.Sampling.TopK, request.Sampling.MinP,
                request.Sampling.MaxTokens, request.Sampling.RepetitionPenalty, request.Sampling.Seed));
        Assert.StartsWith("system:Be brief.\nuser:as it comes\n", chat.LastPrompt(), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Settings_GoBackToTheServers()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        ILocator temperature = chat.Page.Locator("#parameter-temperature");

        await chat.Page.Locator("#open-settings").ClickAsync();
        await temperature.FillAsync("0.3");
        await chat.Page.ReloadAsync();
        await chat.Page.Locator("#open-settings").ClickAsync();
        await Expect(temperature).ToHaveValueAsync("0.3");
        await chat.Page.GetByText("All as the server has them").ClickAsync();
        await Expect(temperature).ToHaveValueAsync("");
        await chat.AskAsync("hi");

        Assert.Equal(0.8f, chat.Engine.Requests.Last().Sampling.Temperature);
    }

    [BrowserFact]
    public async Task Reload_KeepsConversations()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        await chat.AskAsync("about ducks");
        await chat.Page.Locator("#new-chat").ClickAsync();
        await chat.AskAsync("about geese");

        await chat.Page.ReloadAsync();

        await Expect(chat.Conversations).ToHaveTextAsync(["about geese", "about ducks"]);
        await Expect(chat.Questions.Locator(".bubble")).ToHaveTextAsync("about geese");
        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("Hello, world.");
        await chat.Conversations.Last.ClickAsync();
        await Expect(chat.Questions.Locator(".bubble")).ToHaveTextAsync("about ducks");
    }

    [BrowserFact]
    public async Task List_SearchesRenamesAndDeletes()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        await chat.AskAsync("about ducks");
        await chat.Page.Locator("#new-chat").ClickAsync();
        await chat.AskAsync("about geese");

        await chat.Page.Locator("#search").FillAsync("DUCK");
        await Expect(chat.Conversations).ToHaveTextAsync(["about ducks"]);
        await chat.Page.Locator("#search").FillAsync("");
        await chat.ChooseAsync("about ducks", "Rename");
        await chat.Page.Locator(".rename").FillAsync("Mallards");
        await chat.Page.Keyboard.PressAsync("Enter");
        await Expect(chat.Conversations).ToHaveTextAsync(["about geese", "Mallards"]);
        await chat.ChooseAsync("about geese", "Delete");
        await Expect(chat.Conversations).ToHaveTextAsync(["Mallards"]);
        await chat.Page.ReloadAsync();

        await Expect(chat.Conversations).ToHaveTextAsync(["Mallards"]);
    }

    [BrowserFact]
    public async Task Export_CanBeImportedElsewhere()
    {
        await using ChatPage here = await ChatPage.OpenAsync(browser);
        await using ChatPage there = await ChatPage.OpenAsync(browser);
        await here.AskAsync("about ducks");

        IDownload download = await here.Page.RunAndWaitForDownloadAsync(() => here.Page.Locator("#export").ClickAsync());
        string path = await download.PathAsync();
        await there.Page.Locator("#import-file").SetInputFilesAsync(path);
        await there.Conversations.ClickAsync();

        await Expect(there.Answers.Locator(".prose")).ToHaveTextAsync("Hello, world.");
        Assert.Equal("puyu-chat", (string?)JsonNode.Parse(await File.ReadAllTextAsync(path))!["format"]);
        await there.Page.Locator("#import-file").SetInputFilesAsync(new FilePayload
        {
            Name = "other.json",
            MimeType = "application/json",
            Buffer = "{}"u8.ToArray(),
        });
        await Expect(there.Page.Locator(".toast")).ToContainTextAsync("cannot be imported");
        await Expect(there.Conversations).ToHaveCountAsync(1);
    }

    private static async Task WaitUntil(Func<bool> condition)
    {
        for (int round = 0; !condition(); round++)
        {
            Assert.True(round < 500, "what was waited for did not come");
            await Task.Delay(10);
        }
    }
}
