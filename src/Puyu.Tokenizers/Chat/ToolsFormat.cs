namespace Puyu.Tokenizers.Chat;

/// <summary>How the assistant is told of the tools that it may call.</summary>
/// <param name="Header">Stands before the first tool.</param>
/// <param name="ItemPrefix">Stands before each tool's definition.</param>
/// <param name="ItemSuffix">Stands behind each tool's definition.</param>
/// <param name="Separator">Stands between tools.</param>
/// <param name="Footer">Stands behind the last.</param>
/// <param name="Place">Where all this goes.</param>
/// <param name="ArgumentsName">Member of a call that holds the arguments.</param>
internal sealed record ToolsFormat(
    string Header, string ItemPrefix, string ItemSuffix, string Separator, string Footer, ToolsPlace Place,
    string ArgumentsName);

/// <summary>Where the assistant is told of tools.</summary>
internal enum ToolsPlace
{
    /// <summary>In a message of its own behind the first system messages.</summary>
    OwnMessage,

    /// <summary>In the first system message, before what it says.</summary>
    BeforeSystem,

    /// <summary>In the first system message, behind what it says.</summary>
    BehindSystem,
}
