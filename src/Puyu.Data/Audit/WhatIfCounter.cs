using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>Compares what a stage did with what it would do with other bounds.</summary>
/// <param name="present">The measures of the stage with their bounds.</param>
/// <param name="tried">The same with other bounds.</param>
/// <param name="first">Where the values of the stage begin.</param>
internal sealed class WhatIfCounter(Measure[] present, Measure[] tried, int first)
{
    private long _documents;
    private long _kept;
    private long _keptThen;
    private long _newlyRemoved;
    private long _newlyRemovedFromOutput;
    private long _newlyKept;

    /// <summary>A document that came to the stage.</summary>
    public void Add(ReadOnlySpan<float> values, bool isInOutput)
    {
        bool isKept = Admits(present, values);
        bool isKeptThen = Admits(tried, values);
        _documents++;
        _kept += isKept ? 1 : 0;
        _keptThen += isKeptThen ? 1 : 0;
        _newlyRemoved += isKept && !isKeptThen ? 1 : 0;
        _newlyRemovedFromOutput += isKept && !isKeptThen && isInOutput ? 1 : 0;
        _newlyKept += !isKept && isKeptThen ? 1 : 0;
    }

    /// <summary>The counts.</summary>
    public WhatIf Result(Measure measure, Measure measureTried) => new(
        measure, measureTried, _documents, _kept, _keptThen, _newlyRemoved, _newlyRemovedFromOutput, _newlyKept);

    private bool Admits(Measure[] measures, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < measures.Length; i++)
        {
            if (!measures[i].Admits(values[first + i]))
            {
                return false;
            }
        }

        return true;
    }
}
