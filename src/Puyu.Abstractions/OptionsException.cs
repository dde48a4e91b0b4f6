namespace Puyu.Abstractions;

/// <summary>Options contradict themselves or each other. The message lists everything wrong with them.</summary>
/// <param name="message">Name, value and rule of each problem.</param>
public sealed class OptionsException(string message) : Exception(message);
