using System.Security.Cryptography;
using System.Text;
using Puyu.Serving.Page;

namespace Puyu.Serving;

/// <summary>Lets requests pass that carry a key; the time it takes does not tell which key was nearly right.</summary>
internal sealed class ApiKeyCheck(RequestDelegate next, ServerOptions options)
{
    private const string Scheme = "Bearer ";
    private static readonly object _tenant = new();
    private static readonly string[] _open = ["/health", "/metrics", "/ready"];

    private readonly byte[][] _digests = [.. options.ApiKeys.Select(key => Digest(key))];

    /// <summary>A name for the holder of the request's key, which does not give the key away.</summary>
    public static string? TenantOf(HttpContext context) => context.Items[_tenant] as string;

    /// <summary>The same name for a key.</summary>
    public static string TenantOf(string key) => NameOf(Digest(key));

    /// <summary>A session's name in the engine: tenants do not reach each other's.</summary>
    public static string SessionOf(HttpContext context, int id) =>
        TenantOf(context) is { } tenant ? $"{tenant}/{id}" : $"{id}";

    public Task InvokeAsync(HttpContext context)
    {
        if (_digests.Length == 0 || HttpMethods.IsOptions(context.Request.Method) || IsOpen(context.Request.Path))
        {
            return next(context);
        }

        byte[] presented = Digest(KeyOf(context.Request.Headers));
        bool known = false;
        foreach (byte[] digest in _digests)
        {
            known |= CryptographicOperations.FixedTimeEquals(digest, presented);
        }

        if (!known)
        {
            throw ApiException.Unauthorized();
        }

        context.Items[_tenant] = NameOf(presented);
        return next(context);
    }

    private static bool IsOpen(PathString path) => Array.IndexOf(_open, path.Value) >= 0 || PageRoutes.Serves(path);

    private static string NameOf(byte[] digest) => Convert.ToHexString(digest.AsSpan(0, sizeof(ulong)));

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static string KeyOf(IHeaderDictionary headers)
    {
        string authorization = headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[Scheme.Length..].Trim()
            : headers["x-api-key"].ToString();
    }
}
