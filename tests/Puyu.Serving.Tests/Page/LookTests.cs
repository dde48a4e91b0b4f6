using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Puyu.Serving.Tests.Page;

[Collection(BrowserTests.Name)]
public class LookTests(BrowserFixture browser)
{
    private static readonly BrowserNewContextOptions _phone = new()
    {
        Locale = "en-US",
        ViewportSize = new ViewportSize { Width = 320, Height = 568 },
        IsMobile = true,
        HasTouch = true,
    };

    [BrowserFact]
    public async Task Theme_FollowsTheSystem_UntilOneIsChosen()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(
            browser, new BrowserNewContextOptions { Locale = "en-US", ColorScheme = ColorScheme.Dark });
        double system = await Brightness(chat);

        await chat.Page.Locator("#open-settings").ClickAsync();
        await chat.Page.GetByText("Light", new() { Exact = true }).ClickAsync();
        double chosen = await Brightness(chat);
        await chat.Page.ReloadAsync();
        double reloaded = await Brightness(chat);

        Assert.True(system < 40, $"{system}");
        Assert.True(chosen > 240, $"{chosen}");
        Assert.Equal(chosen, reloaded);
    }

    [BrowserFact]
    public async Task Phone_FitsTheScreen()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser, _phone);
        chat.Engine.Answer("```\n", new string('x', 400), "\n```\n\n", new string('y', 400), "\n\n| a | b |\n| - | - |\n| ",
            string.Join(" | ", Enumerable.Repeat("wide", 2)), " |");

        await chat.AskAsync("hi");

        Assert.Equal(320, await chat.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Equal(0, await chat.Page.EvaluateAsync<int>(
            "document.getElementById('scroll').scrollWidth - document.getElementById('scroll').clientWidth"));
        await Expect(chat.Page.Locator("#send")).ToBeInViewportAsync();
        await Expect(chat.Conversations).ToBeHiddenAsync();
        await chat.Page.Locator("#open-sidebar").ClickAsync();
        await Expect(chat.Conversations).ToBeInViewportAsync();
        await chat.Conversations.ClickAsync();
        await Expect(chat.Conversations).ToBeHiddenAsync();
        await chat.Page.Locator("#open-settings").ClickAsync();
        await Expect(chat.Page.Locator("#close-settings")).ToBeInViewportAsync();
        Assert.Equal(320, await chat.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [BrowserFact]
    public async Task Language_IsTheReaders()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser, new BrowserNewContextOptions { Locale = "zh-CN" });

        await Expect(chat.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await Expect(chat.Page.Locator("#new-chat")).ToHaveTextAsync("新对话");
        await Expect(chat.Input).ToHaveAttributeAsync("placeholder", "输入消息");
    }

    [BrowserFact]
    public async Task ShiftEnter_BeginsALine()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);

        await chat.Input.FocusAsync();
        await chat.Page.Keyboard.TypeAsync("one");
        await chat.Page.Keyboard.PressAsync("Shift+Enter");
        await chat.Page.Keyboard.TypeAsync("two");
        await chat.Page.Keyboard.PressAsync("Enter");
        await chat.WaitForAnswerAsync();

        Assert.Equal("user:one\ntwo", chat.LastPrompt());
    }

    [BrowserFact]
    public async Task Controls_HaveNames()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        await chat.AskAsync("hi");
        await chat.Page.Locator("#open-settings").ClickAsync();

        string[] nameless = await chat.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll("button, input, textarea, select")]
              .filter((control) => !control.getAttribute("aria-label")?.trim() && !control.textContent.trim()
                && ![...(control.labels ?? [])].some((label) => label.textContent.trim()))
              .map((control) => control.outerHTML)
            """);

        Assert.Empty(nameless);
    }

    private static Task<double> Brightness(ChatPage chat) => chat.Page.EvaluateAsync<double>("""
        () => {
          const canvas = new OffscreenCanvas(1, 1).getContext("2d");
          canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
          canvas.fillRect(0, 0, 1, 1);
          const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
          return (red + green + blue) / 3;
        }
        """);
}
