namespace Puyu.Serving.Quotas;

/// <summary>What a group may take and takes. The counts are <see cref="PlaceQueue"/>'s.</summary>
/// <param name="name">Of the group; null where there are no groups.</param>
/// <param name="priority">Higher goes first.</param>
/// <param name="places">Places that are the group's whenever it wants them.</param>
/// <param name="maxWaiting">Requests that may wait.</param>
/// <param name="budget">Its tokens; null for no limit.</param>
internal sealed class GroupQuota(string? name, int priority, int places, int maxWaiting, TokenBudget? budget)
{
    public string? Name => name;

    public int Priority => priority;

    public int Places => places;

    public int MaxWaiting => maxWaiting;

    public TokenBudget? Budget => budget;

    /// <summary>Requests that have a place.</summary>
    public int Running { get; set; }

    /// <summary>Requests that wait for one.</summary>
    public int Waiting { get; set; }
}
