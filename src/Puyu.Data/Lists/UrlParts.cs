using System.Globalization;

namespace Puyu.Data.Lists;

/// <summary>Host and path of an address, as lists compare them.</summary>
internal ref struct UrlParts
{
    private static readonly IdnMapping _idn = new() { AllowUnassigned = true };

    /// <summary>
    /// In lower case, of international names the ASCII form (<c>xn--…</c>); without user, port and last dot.
    /// </summary>
    public ReadOnlySpan<char> Host { get; private set; }

    /// <summary>From the first slash; without fragment and last slash, else as given.</summary>
    public ReadOnlySpan<char> Path { get; private set; }

    /// <summary>Divides an address with or without scheme.</summary>
    /// <param name="url">The address.</param>
    /// <param name="buffer">At least as long; the host may stand in it.</param>
    public static UrlParts Of(ReadOnlySpan<char> url, Span<char> buffer)
    {
        ReadOnlySpan<char> rest = url.Trim();
        int scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0 && rest[..scheme].IndexOfAny('/', '?', '#') < 0)
        {
            rest = rest[(scheme + 3)..];
        }

        int end = rest.IndexOfAny('/', '?', '#');
        ReadOnlySpan<char> authority = end < 0 ? rest : rest[..end];
        ReadOnlySpan<char> path = end < 0 ? default : rest[end..];
        int fragment = path.IndexOf('#');
        path = (fragment < 0 ? path : path[..fragment]).TrimEnd('/');
        return new UrlParts { Host = FoldHost(HostOf(authority), buffer), Path = path };
    }

    private static ReadOnlySpan<char> HostOf(ReadOnlySpan<char> authority)
    {
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        int port = authority.LastIndexOf(':');
        if (port >= 0 && authority[port..].IndexOf(']') < 0) // not the colons of [::1]
        {
            authority = authority[..port];
        }

        return authority.TrimEnd('.');
    }

    private static ReadOnlySpan<char> FoldHost(ReadOnlySpan<char> host, Span<char> buffer)
    {
        if (!System.Text.Ascii.IsValid(host))
        {
            return FoldInternational(host);
        }

        System.Text.Ascii.ToLower(host, buffer, out int length);
        return buffer[..length];
    }

    private static string FoldInternational(ReadOnlySpan<char> host)
    {
        string name = host.ToString();
        try
        {
            return _idn.GetAscii(name).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return name.ToLowerInvariant(); // not a valid name: it is compared as it stands
        }
    }
}
