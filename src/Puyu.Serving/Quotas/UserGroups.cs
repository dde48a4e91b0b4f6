using System.Globalization;
using System.Text.Json;

namespace Puyu.Serving.Quotas;

/// <summary>Knows whose group a request counts to.</summary>
internal sealed class UserGroups
{
    private readonly GroupQuota _default;
    private readonly Dictionary<string, GroupQuota> _byTenant = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupQuota> _byUser = new(StringComparer.Ordinal);

    /// <param name="options">Of the server; without groups everybody is of one that may take everything.</param>
    /// <param name="time">The clock.</param>
    public UserGroups(ServerOptions options, TimeProvider time)
    {
        _default = new GroupQuota(null, 0, options.MaxConcurrent, options.MaxQueued, budget: null);
        foreach (UserGroup group in options.Qos?.Groups ?? [])
        {
            var quota = new GroupQuota(
                group.Name, group.Priority, PartOf(options.MaxConcurrent, group.Share),
                options.MaxQueued == 0 ? 0 : PartOf(options.MaxQueued, group.Share),
                group.TokensPerMinute is { } tokens ? new TokenBudget(tokens, time) : null);
            foreach (string key in group.Keys)
            {
                _byTenant.Add(ApiKeyCheck.TenantOf(key), quota);
            }

            foreach (string user in group.Users)
            {
                _byUser.Add(user, quota);
            }

            _default = group.Name == options.Qos!.Default ? quota : _default;
        }
    }

    /// <summary>The group of a request.</summary>
    /// <param name="tenant">Holder of its key; null for none.</param>
    /// <param name="body">What may name a user; null where it cannot.</param>
    /// <exception cref="ApiException">The body names the user by something else than a text.</exception>
    public GroupQuota Of(string? tenant, Fields? body)
    {
        if (tenant is not null && _byTenant.TryGetValue(tenant, out GroupQuota? known))
        {
            return known;
        }

        string? user = _byUser.Count == 0 ? null : UserOf(body);
        return user is not null && _byUser.TryGetValue(user, out known) ? known : _default;
    }

    /// <summary>Throws while a group has no tokens left.</summary>
    /// <exception cref="ApiException">It has none; says when there will be some.</exception>
    public static void RequireTokens(GroupQuota group)
    {
        if (group.Budget is not { } budget || budget.Wait() is not { Ticks: > 0 } wait)
        {
            return;
        }

        double seconds = Math.Ceiling(wait.TotalSeconds);
        throw ApiException.OverQuota(
            string.Create(
                CultureInfo.InvariantCulture,
                $"group {group.Name} has used up its {budget.PerMinute} tokens a minute; try again in {seconds} s"),
            wait);
    }

    private static int PartOf(int all, double share) => Math.Max((int)Math.Floor((all * share) + 1e-6), 1);

    private static string? UserOf(Fields? body)
    {
        // OpenAI's metadata are anything; only an object can name a user as Anthropic's do.
        Fields? metadata = body?.Get("metadata") is { ValueKind: JsonValueKind.Object }
            ? body.Value.Object("metadata")
            : null;
        return body?.Text("user") ?? body?.Text("user_id") ?? metadata?.Text("user_id");
    }
}
