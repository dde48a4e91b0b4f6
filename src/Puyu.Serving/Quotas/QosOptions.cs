using Puyu.Abstractions;

namespace Puyu.Serving.Quotas;

/// <summary>Quotas of groups of users, so that none of them can take the server for itself.</summary>
public sealed record QosOptions
{
    /// <summary>The groups.</summary>
    public required IReadOnlyList<UserGroup> Groups { get; init; }

    /// <summary>Name of the group of everybody whom no group names.</summary>
    public required string Default { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <param name="apiKeys">Keys of the server.</param>
    /// <exception cref="OptionsException">A value is out of range, or two groups contradict each other.</exception>
    public QosOptions Validated(IReadOnlyList<string> apiKeys)
    {
        var problems = new Problems(nameof(QosOptions));
        problems.Require(
            Groups.Any(group => group.Name == Default), Default,
            $"must be one of the groups: {string.Join(", ", Groups.Select(group => group.Name))}");
        foreach (UserGroup group in Groups)
        {
            problems.Require(
                group.Name.Length > 0 && Groups.Count(other => other.Name == group.Name) == 1, group.Name,
                "must be a name that no other group has", "Name of a group");
            problems.Require(
                group.Share is > 0 and <= 1, group.Share, "must lie in (0, 1]", $"Share of group {group.Name}");
            problems.Require(
                group.TokensPerMinute is null or > 0, group.TokensPerMinute, "must be positive, or null for no limit",
                $"TokensPerMinute of group {group.Name}");
        }

        double sum = Math.Round(Groups.Sum(group => group.Share), 6);
        problems.Require(sum <= 1, sum, "must be at most 1, all that there is to share", "the sum of Share");
        RequireSingle(problems, Groups.SelectMany(group => group.Users), "Users", user => user);

        // Keys are secrets: errors count them and show none.
        int keys = 0;
        RequireSingle(problems, Groups.SelectMany(group => group.Keys), "Keys", _ => $"number {++keys} of all");
        int unknown = Groups.Sum(group => group.Keys.Count(key => !apiKeys.Contains(key)));
        problems.Require(
            unknown == 0, unknown, "each of them must be one of the server's",
            "the number of Keys unknown to the server");
        problems.ThrowIfAny();
        return this;
    }

    private static void RequireSingle(
        Problems problems, IEnumerable<string> members, string name, Func<string, string> show)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string member in members)
        {
            string shown = show(member);
            problems.Require(
                member.Length > 0 && seen.Add(member), shown, "must not be empty and be named once alone",
                $"a member of {name}");
        }
    }
}

/// <summary>A group of users and what it may take.</summary>
public sealed record UserGroup
{
    /// <summary>Name, for errors and for the default.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Part of the places that is the group's whenever it wants them, and of the queue, in (0, 1]; at least one place.
    /// What others leave free it may take beyond.
    /// </summary>
    public required double Share { get; init; }

    /// <summary>Waiting requests of a higher priority go first, within the shares.</summary>
    public int Priority { get; init; }

    /// <summary>Tokens of prompts and completions in a minute; null for no limit.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>
    /// Users by what requests call them: <c>user</c>, <c>user_id</c> of LMDeploy, or <c>metadata.user_id</c> of
    /// Anthropic.
    /// </summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>API keys, which count before users.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];
}
