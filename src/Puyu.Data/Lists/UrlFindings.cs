namespace Puyu.Data.Lists;

/// <summary>What of a list an address matches.</summary>
/// <param name="Domains">Listed domains that the host is or lies in.</param>
/// <param name="Hosts">1 if the host is listed.</param>
/// <param name="Urls">1 if the page is listed.</param>
/// <param name="Words">Occurrences of listed words.</param>
/// <param name="SoftWords">Different words that count only together.</param>
/// <param name="Subwords">Occurrences of listed subwords.</param>
/// <param name="First">The first of all these that was found, in this order; null if nothing was.</param>
public readonly record struct UrlFindings(
    int Domains, int Hosts, int Urls, int Words, int SoftWords, int Subwords, string? First);
