using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;

namespace Puyu.Cli;

/// <summary>Which exceptions speak to the user, and which are defects of the program.</summary>
internal static class Failures
{
    /// <summary>
    /// Whether the message says all there is to say: bad options, bad files, no space. Anything else is a defect and
    /// ends the process with its stack trace.
    /// </summary>
    public static bool IsExpected(Exception failure) => failure is OptionsException or InvalidDataException
        or IOException or UnauthorizedAccessException or ArgumentException or JsonException or NotSupportedException
        or EngineException;
}
