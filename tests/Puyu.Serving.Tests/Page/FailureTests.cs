using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Puyu.Abstractions.Engine;
using static Microsoft.Playwright.Assertions;

namespace Puyu.Serving.Tests.Page;

[Collection(BrowserTests.Name)]
public class FailureTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task Key_IsAskedForUntilItIsRight_AndForgottenWithTheTab()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(
            browser, options: new ServerOptions { ApiKeys = ["right"] });
        ILocator dialog = chat.Page.Locator("#key-dialog");

        await Expect(dialog).ToBeVisibleAsync();
        await chat.Page.Locator("#key").FillAsync("wrong");
        await chat.Page.Keyboard.PressAsync("Enter");
        await Expect(chat.Page.Locator("#key-text")).ToContainTextAsync("refused");
        await chat.Page.Locator("#key").FillAsync("right");
        await chat.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToBeHiddenAsync();
        await chat.AskAsync("hi");

        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("Hello, world.");
        Assert.Equal("right", await chat.Page.EvaluateAsync<string>("sessionStorage.getItem('puyu.key')"));
        Assert.DoesNotContain("right", await chat.Page.EvaluateAsync<string>("JSON.stringify(localStorage)"),
            StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Refusal_IsShownInWords_AndRetried()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        chat.Engine.Script = (_, _) => throw new EngineException(EngineErrorCode.Overloaded, "64 prompts wait already");
        ILocator error = chat.Answers.Locator(".error");

        await chat.AskAsync("hi");
        await Expect(error).ToContainTextAsync("The server has too much to do. Try again in 1 s.");
        await Expect(error).ToContainTextAsync("64 prompts wait already");
        chat.Engine.Answer("Now.");
        await chat.Page.GetByText("Try again", new() { Exact = true }).ClickAsync();

        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("Now.");
        await Expect(error).ToHaveCountAsync(0);
        Assert.Equal("user:hi", chat.LastPrompt());
    }

    [BrowserFact]
    public async Task Failure_WhileItStreams_KeepsWhatCame()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        Pipe pipe = chat.AnswerThroughPipe();

        await chat.SendAsync("hi");
        pipe.Say("Half an");
        await Expect(chat.Answers).ToHaveTextAsync("Half an");
        pipe.Fail();
        await chat.WaitForAnswerAsync();

        await Expect(chat.Answers.Locator(".prose")).ToHaveTextAsync("Half an");

        // The server sends an error event and breaks the connection off; the break may overtake the event.
        await Expect(chat.Answers.Locator(".error")).ToContainTextAsync(
            new Regex("The server failed\\.|The connection broke off"));
    }

    [BrowserFact]
    public async Task TooLongConversation_SaysWhatToDo()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);

        await chat.AskAsync(new string('a', 600));

        await Expect(chat.Answers.Locator(".error")).ToContainTextAsync("does not fit the model's context");
    }

    [BrowserFact]
    public async Task AbsentServer_IsToldFromARefusal()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        await chat.Page.Context.SetOfflineAsync(true);

        await chat.AskAsync("hi");

        await Expect(chat.Answers.Locator(".error")).ToContainTextAsync("The server cannot be reached.");
    }
}
