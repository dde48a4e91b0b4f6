using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace Puyu.Serving.Page;

/// <summary>The chat page at <c>/</c> and its files below <c>/page/</c>, which are part of this assembly.</summary>
/// <remarks>
/// They are the same for everybody and need no key. The page may load and call this server alone, runs no script but
/// its own files and cannot turn text into HTML: its policy says so to the browser.
/// </remarks>
internal static class PageRoutes
{
    private const string Folder = "Page/";
    private const string Index = "index.html";
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly FrozenDictionary<string, PageFile> _files = Load();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/", context => WriteAsync(context, _files[Index]));
        foreach ((string name, PageFile file) in _files)
        {
            routes.MapRead($"/page/{name}", context => WriteAsync(context, file));
        }
    }

    /// <summary>Whether a path belongs to the page.</summary>
    public static bool Serves(PathString path) =>
        path == "/" || path.StartsWithSegments("/page", StringComparison.Ordinal);

    private static Task WriteAsync(HttpContext context, PageFile file)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ETag = file.ETag;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (IsKnown(context.Request.Headers.IfNoneMatch, file.ETag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        context.Response.ContentType = file.ContentType;
        context.Response.ContentLength = file.Content.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(file.Content, context.RequestAborted).AsTask();
    }

    /// <summary>
    /// Compares weakly, as RFC 9110 § 13.1.2 asks: a proxy that compresses marks tags with <c>W/</c>.
    /// </summary>
    private static bool IsKnown(StringValues tags, string tag) => tags
        .SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries))
        .Any(known => known == "*" || known == tag || known == $"W/{tag}");

    private static FrozenDictionary<string, PageFile> Load()
    {
        System.Reflection.Assembly assembly = typeof(PageRoutes).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Folder.Length..], name =>
            {
                using Stream stream = assembly.GetManifestResourceStream(name)!;
                byte[] content = new byte[stream.Length];
                stream.ReadExactly(content);
                string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, sizeof(ulong)))}\"";
                return new PageFile(content, tag, ContentTypeOf(name));
            });
    }

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        string other => throw new System.Diagnostics.UnreachableException($"the page has no files of type {other}"),
    };

    private sealed record PageFile(byte[] Content, string ETag, string ContentType);
}
