using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Puyu.Serving.Tests.Page;

[Collection(BrowserTests.Name)]
public class RenderingTests(BrowserFixture browser)
{
    private const string Document = """
        # Title

        A *word*, a **strong** one, `code <b>`, ~~gone~~ and [a link](https://example.org/a_b_c).
        **重点。**后面

        1. one
           - inner
        2. two

        - [x] done

        > quoted

        | a | b |
        | --- | ---: |
        | 1 | `x\|y` |

        ---

        ```csharp
        // why
        return "x" + 1;
        ```
        """;

    private static readonly string[] _attacks =
    [
        "<script>window.hacked = 1</script>",
        "<img src=x onerror=\"window.hacked = 1\">",
        "[click](javascript:window.hacked=1)",
        "[click](JaVaScRiPt&#58;window.hacked=1)",
        "[click](data:text/html,<script>window.hacked=1</script>)",
        "![picture](https://example.org/pixel.png)",
        "<javascript:window.hacked=1>",
        "```\"><img src=x onerror=window.hacked=1>\n</code></pre><script>window.hacked=1</script>\n```",
        "| <svg onload=window.hacked=1> |\n| --- |\n| <iframe srcdoc='<script>parent.hacked=1</script>'></iframe> |",
        "<style>body { display: none }</style>",
    ];

    [BrowserFact]
    public async Task Markdown_BecomesNodes()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        chat.Engine.Answer(Document);

        await chat.AskAsync("hi");

        ILocator prose = chat.Answers.Locator(".prose");
        await Expect(prose.Locator("h3.heading-1")).ToHaveTextAsync("Title");
        await Expect(prose.Locator("em")).ToHaveTextAsync("word");
        await Expect(prose.Locator("p strong")).ToHaveTextAsync(["strong", "重点。"]);
        await Expect(prose.Locator("p code")).ToHaveTextAsync("code <b>");
        await Expect(prose.Locator("del")).ToHaveTextAsync("gone");
        await Expect(prose.Locator("p a")).ToHaveAttributeAsync("href", "https://example.org/a_b_c");
        await Expect(prose.Locator("p a")).ToHaveAttributeAsync("rel", "noopener noreferrer nofollow");
        await Expect(prose.Locator("ol > li")).ToHaveCountAsync(2);
        await Expect(prose.Locator("ol > li ul > li")).ToHaveTextAsync("inner");
        await Expect(prose.Locator("li.task input")).ToBeCheckedAsync();
        await Expect(prose.Locator("blockquote p")).ToHaveTextAsync("quoted");
        await Expect(prose.Locator("th")).ToHaveTextAsync(["a", "b"]);
        await Expect(prose.Locator("td.align-end code")).ToHaveTextAsync("x|y");
        await Expect(prose.Locator("hr")).ToHaveCountAsync(1);
        await Expect(prose.Locator("pre code")).ToHaveTextAsync("// why\nreturn \"x\" + 1;");
        await Expect(prose.Locator(".code-comment")).ToHaveTextAsync("// why");
        await Expect(prose.Locator(".code-word")).ToHaveTextAsync("return");
        await Expect(prose.Locator(".code-string")).ToHaveTextAsync("\"x\"");
        Assert.Empty(chat.Problems);
    }

    [BrowserFact]
    public async Task Markup_StaysText()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        string attack = string.Join("\n\n", _attacks);
        chat.Engine.Card = chat.Engine.Card with { ContextLength = 4096 };
        chat.Engine.Answer(attack);

        await chat.AskAsync(attack);
        await chat.Page.Locator("#new-chat").ClickAsync();
        await chat.Conversations.ClickAsync();

        await Expect(chat.Answers).ToContainTextAsync("<script>window.hacked = 1</script>");
        await Expect(chat.Page.Locator("article script, article img, article svg:not(.icon), article iframe, article style"))
            .ToHaveCountAsync(0);
        string[] addresses = await chat.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('article a')].map(link => link.href)");
        Assert.Equal(["https://example.org/pixel.png"], addresses);
        Assert.False(await chat.Page.EvaluateAsync<bool>("'hacked' in window"));
        Assert.Empty(chat.Problems);
    }

    [BrowserFact]
    public async Task Policy_StopsScripts_EvenIfTextWereParsed()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);

        string outcome = await chat.Page.EvaluateAsync<string>("""
            () => {
              try {
                document.body.innerHTML = "<img src=x onerror='window.hacked = 1'>";
                return "parsed";
              } catch (refusal) {
                return refusal.name;
              }
            }
            """);

        Assert.Equal("TypeError", outcome);
    }

    [BrowserFact]
    public async Task LongAnswer_KeepsTheNodesOfFinishedBlocks()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);
        Pipe pipe = chat.AnswerThroughPipe();

        await chat.SendAsync("hi");
        pipe.Say("First.\n\nSecond");
        ILocator paragraphs = chat.Answers.Locator(".prose > p");
        await Expect(paragraphs).ToHaveCountAsync(2);
        await paragraphs.First.EvaluateAsync("node => { node.kept = true; }");
        pipe.Say(" grows.\n\nThird.");
        pipe.End();
        await Expect(paragraphs).ToHaveCountAsync(3);

        Assert.True(await paragraphs.First.EvaluateAsync<bool>("node => node.kept === true"));
    }

    [BrowserFact]
    public async Task HostileMarkdown_TakesLittleTime()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser);

        double slowest = await chat.Page.EvaluateAsync<double>("""
            async () => {
              const { MarkdownView } = await import("/page/markdown.js");
              const texts = ["*a **a ", "[", "![a](", "`a ``", "> ", "- ", "a_b_", "**a*b", "<br", "\\", "| a ", "# ", "&amp", "~~a"]
                .map((piece) => piece.repeat(20000 / piece.length));
              return Math.max(...texts.map((text) => {
                const begun = performance.now();
                new MarkdownView().show(text);
                return performance.now() - begun;
              }));
            }
            """);

        Assert.True(slowest < 2000, $"{slowest:F0} ms");
    }

    [BrowserFact]
    public async Task Code_IsCopied()
    {
        await using ChatPage chat = await ChatPage.OpenAsync(browser, new BrowserNewContextOptions
        {
            Locale = "en-US",
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        chat.Engine.Answer("```sh\necho 'a  b' # why\n\nls\n```");
        await chat.AskAsync("hi");

        await chat.Answers.Locator("figcaption").GetByRole(AriaRole.Button).ClickAsync();

        Assert.Equal(
            "echo 'a  b' # why\n\nls", await chat.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }
}
