using Microsoft.Playwright;

namespace Puyu.Serving.Tests.Page;

/// <summary>One browser for all tests of the page; each test has a profile of its own in it.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser.</summary>
    public IBrowser Browser => _browser ?? throw new InvalidOperationException("there is no chromium to start");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (BrowserFactAttribute.Chromium is not { } path || new BrowserFactAttribute().Skip is not null)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();

        // Chromium's sandbox does not start as root, which containers run as; the only page it opens is ours.
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox"] });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}

/// <summary>Tests that share the browser, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<BrowserFixture>
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "browser";
}
