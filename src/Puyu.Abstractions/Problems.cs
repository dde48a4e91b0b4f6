using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Puyu.Abstractions;

/// <summary>Gathers everything wrong with a record of options, so that the user fixes them in one go.</summary>
/// <param name="subject">Name of the options type.</param>
public sealed class Problems(string subject)
{
    private readonly List<string> _problems = [];

    /// <summary>Notes a problem unless <paramref name="holds"/>.</summary>
    /// <param name="holds">The condition the options must meet.</param>
    /// <param name="value">The offending value; its expression names it in the message.</param>
    /// <param name="rule">What it must be, completing "X is 3 but …".</param>
    /// <param name="name">Filled in by the compiler.</param>
    public void Require<T>(bool holds, T value, string rule, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value} but {rule}"));
        }
    }

    /// <summary>Throws if anything was noted.</summary>
    /// <exception cref="OptionsException">At least one problem was noted.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count == 0)
        {
            return;
        }

        if (_problems.Count == 1)
        {
            throw new OptionsException($"{subject}: {_problems[0]}");
        }

        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"{subject} has {_problems.Count} problems:");
        foreach (string problem in _problems)
        {
            message.Append("\n  - ").Append(problem);
        }

        throw new OptionsException(message.ToString());
    }
}
