namespace Puyu.Tokenizers.Chat;

/// <summary>Writes the tools of one conversation, once, where the format has them.</summary>
internal sealed class ChatToolsWriter
{
    private const string System = "system";

    private readonly ToolsFormat? _format;
    private readonly IReadOnlyList<string> _tools;
    private readonly ChatFormat _chat;
    private readonly ChatWriter _writer;
    private bool _isPending;

    /// <param name="format">Of the template.</param>
    /// <param name="tools">Definitions as JSON objects; untrusted text.</param>
    /// <param name="writer">Knows the special tokens.</param>
    public ChatToolsWriter(ChatFormat format, IReadOnlyList<string> tools, ChatWriter writer)
    {
        if (tools.Count > 0 && format.Tools is null)
        {
            throw new ArgumentException(
                $"{tools.Count} tools are given but chat template {format.TemplateName} has no place for them",
                nameof(tools));
        }

        _format = format.Tools;
        _tools = tools;
        _chat = format;
        _writer = writer;
        _isPending = tools.Count > 0;
    }

    /// <summary>Adds what goes before the first message: tools without a system message beside them.</summary>
    public void AddBeforeFirst(List<ChatRun> runs, IReadOnlyList<ChatMessage> messages)
    {
        if (!_isPending || messages is [{ Role: System }, ..])
        {
            return;
        }

        RoleFormat? role = _format!.Place == ToolsPlace.OwnMessage ? null : _chat.Roles[System];
        _writer.AddFormat(runs, role?.Header ?? "", isTrained: false);
        AddTools(runs);
        _writer.AddFormat(runs, role?.Suffix + role?.Separator, isTrained: false);
    }

    /// <summary>Adds the message of the tools before the first that is no system message.</summary>
    public void AddOwnMessage(List<ChatRun> runs, ChatMessage next)
    {
        if (_isPending && _format!.Place == ToolsPlace.OwnMessage && next.Role != System)
        {
            AddTools(runs);
        }
    }

    /// <summary>Adds tools at the beginning of the first system message.</summary>
    public void AddBeforeContent(List<ChatRun> runs, ChatMessage message)
    {
        if (_isPending && _format!.Place == ToolsPlace.BeforeSystem && message.Role == System)
        {
            AddTools(runs);
        }
    }

    /// <summary>Adds tools at the end of the first system message.</summary>
    public void AddBehindContent(List<ChatRun> runs, ChatMessage message)
    {
        if (_isPending && _format!.Place == ToolsPlace.BehindSystem && message.Role == System)
        {
            ChatWriter.AddText(runs, message.Content.Length == 0 ? "" : "\n\n", isTrained: false);
            AddTools(runs);
        }
    }

    private void AddTools(List<ChatRun> runs)
    {
        _isPending = false;
        _writer.AddFormat(runs, _format!.Header, isTrained: false);
        for (int i = 0; i < _tools.Count; i++)
        {
            _writer.AddFormat(runs, (i == 0 ? "" : _format.Separator) + _format.ItemPrefix, isTrained: false);
            ChatWriter.AddText(runs, _tools[i], isTrained: false);
            _writer.AddFormat(runs, _format.ItemSuffix, isTrained: false);
        }

        _writer.AddFormat(runs, _format.Footer, isTrained: false);
    }
}
