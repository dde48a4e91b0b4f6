namespace Puyu.Tokenizers.Chat;

/// <summary>Writes conversations in one format, as runs of text and special tokens.</summary>
internal sealed class ChatWriter
{
    private const string System = "system";
    private const string User = "user";
    private const string Assistant = "assistant";

    private readonly ChatFormat _format;

    /// <summary>Placeholders and special literals, the longest first.</summary>
    private readonly (string Literal, ChatRunKind Kind)[] _markers;

    public ChatWriter(ChatFormat format)
    {
        _format = format;
        _markers = [.. format.Specials.Select(literal => (literal, ChatRunKind.Special))
            .Concat(format.SpecialsIfKnown.Select(literal => (literal, ChatRunKind.SpecialIfKnown)))
            .Append((ChatFormat.Bos, ChatRunKind.Bos))
            .Append((ChatFormat.Eos, ChatRunKind.Eos))
            .OrderByDescending(marker => marker.Item1.Length)];
    }

    /// <summary>A whole conversation.</summary>
    /// <param name="messages">What was said.</param>
    /// <param name="tools">Definitions of the tools that the assistant is told of, as JSON objects.</param>
    public List<ChatRun> Write(IReadOnlyList<ChatMessage> messages, IReadOnlyList<string> tools)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var runs = new List<ChatRun>();
        AddFormat(runs, _format.Start, isTrained: false);
        var writer = new ChatToolsWriter(_format, tools, this);
        writer.AddBeforeFirst(runs, messages);
        AddMessages(runs, messages, writer);
        return runs;
    }

    /// <summary>A conversation, and the header of the answer that follows.</summary>
    public List<ChatRun> WritePrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<string> tools)
    {
        List<ChatRun> runs = Write(messages, tools);
        if (_format.FoldedSystem is not null && messages is [] or [.., { Role: System or Assistant }])
        {
            throw new ArgumentException(
                $"a prompt of chat template {_format.TemplateName} must end with a message of the user",
                nameof(messages));
        }

        AddAnswerHeader(runs);
        return runs;
    }

    /// <summary>What follows an answer: its end, further messages, and the header of the next answer.</summary>
    public List<ChatRun> WriteContinuation(IReadOnlyList<ChatMessage> messages)
    {
        var runs = new List<ChatRun>();
        RoleFormat assistant = _format.Roles[Assistant];
        AddFormat(runs, assistant.Suffix, isTrained: true);
        AddFormat(runs, assistant.Separator, isTrained: false);
        AddMessages(runs, messages, new ChatToolsWriter(_format, [], this));
        AddAnswerHeader(runs);
        return runs;
    }

    private void AddAnswerHeader(List<ChatRun> runs) => AddFormat(
        runs,
        _format.Roles[Assistant].Header.Replace(ChatFormat.Name, "", StringComparison.Ordinal) + _format.AnswerLead,
        isTrained: false);

    private void AddMessages(List<ChatRun> runs, IReadOnlyList<ChatMessage> messages, ChatToolsWriter tools)
    {
        for (int i = 0; i < messages.Count; i++)
        {
            if (_format.FoldedSystem is not null)
            {
                CheckTurn(messages, i);
            }

            if (_format.FoldedSystem is null || messages[i].Role != System)
            {
                AddMessage(runs, messages[i], i > 0 ? messages[i - 1] : null, tools);
            }
        }
    }

    /// <summary>Where the system message lives in a user message, it must come first and before one.</summary>
    private void CheckTurn(IReadOnlyList<ChatMessage> messages, int index)
    {
        string role = messages[index].Role;
        string before = index > 0 ? messages[index - 1].Role : "";
        string? rule = role switch
        {
            System when index > 0 => "may only come first",
            User when before == User => "must not follow a message of the user",
            Assistant when before is "" or System or Assistant => "must follow a message of the user",
            _ when before == System && role != User => "must not follow the system message",
            System when messages.Count == 1 => "must be followed by a message of the user",
            _ => null,
        };
        if (rule is not null)
        {
            throw new ArgumentException(
                $"message {index} is {role}'s but with chat template {_format.TemplateName} it {rule}",
                nameof(messages));
        }
    }

    private void AddMessage(
        List<ChatRun> runs, ChatMessage message, ChatMessage? previous, ChatToolsWriter tools)
    {
        if (!_format.Roles.TryGetValue(message.Role, out RoleFormat? role))
        {
            throw new ArgumentException(
                $"a message's role is '{message.Role}' but chat template {_format.TemplateName} has "
                + string.Join(", ", _format.Roles.Keys), nameof(message));
        }

        bool isTrained = message.Role == Assistant;
        tools.AddOwnMessage(runs, message);
        AddHeader(runs, role.Header, message);
        if (previous?.Role == System && _format.FoldedSystem is RoleFormat system)
        {
            AddFormat(runs, system.Header, isTrained: false);
            AddText(runs, previous.Content, isTrained: false);
            AddFormat(runs, system.Suffix, isTrained: false);
        }

        AddFormat(runs, role.Lead, isTrained);
        tools.AddBeforeContent(runs, message);
        AddText(runs, message.Content, isTrained);
        tools.AddBehindContent(runs, message);
        AddActions(runs, message);
        AddFormat(runs, role.Suffix, isTrained);
        AddFormat(runs, role.Separator, isTrained: false);
    }

    private void AddHeader(List<ChatRun> runs, string header, ChatMessage message)
    {
        int at = header.IndexOf(ChatFormat.Name, StringComparison.Ordinal);
        if (message.Name is string name)
        {
            if (at < 0 || name.Length == 0 || name.Any(char.IsWhiteSpace))
            {
                throw new ArgumentException(
                    $"a message's name is '{name}' but chat template {_format.TemplateName} "
                    + (at < 0 ? "has no names" : "takes names of one or more characters without white space"),
                    nameof(message));
            }

            AddFormat(runs, header[..at] + " name=", isTrained: false);
            AddName(runs, name, isTrained: false);
            AddFormat(runs, header[(at + ChatFormat.Name.Length)..], isTrained: false);
            return;
        }

        AddFormat(runs, header.Replace(ChatFormat.Name, "", StringComparison.Ordinal), isTrained: false);
    }

    private void AddName(List<ChatRun> runs, string name, bool isTrained)
    {
        if (_format.SpecialNames.TryGetValue(name, out string? special))
        {
            AddFormat(runs, special, isTrained);
        }
        else
        {
            AddText(runs, name, isTrained);
        }
    }

    private void AddActions(List<ChatRun> runs, ChatMessage message)
    {
        if (message.Action is not ChatAction first)
        {
            return;
        }

        bool isFirst = message.Content.Length == 0;
        foreach (ChatAction action in message.FurtherActions.Prepend(first))
        {
            if (message.Role != Assistant || !_format.Actions.TryGetValue(action.Kind, out RoleFormat? format))
            {
                throw new ArgumentException(
                    $"a message of '{message.Role}' ends in action '{action.Kind}' "
                    + $"but chat template {_format.TemplateName} "
                    + (_format.Actions.Count == 0 ? "has no actions" : "has only the assistant's "
                        + string.Join(" and ", _format.Actions.Keys)),
                    nameof(message));
            }

            AddFormat(runs, isFirst ? "" : format.Separator, isTrained: true);
            AddFormat(runs, format.Header, isTrained: true);
            AddText(runs, action.Body, isTrained: true);
            AddFormat(runs, format.Suffix, isTrained: true);
            isFirst = false;
        }
    }

    /// <summary>Adds what is never a special token.</summary>
    internal static void AddText(List<ChatRun> runs, string text, bool isTrained)
    {
        if (text.Length > 0)
        {
            runs.Add(new ChatRun(ChatRunKind.Text, text, isTrained));
        }
    }

    /// <summary>Adds a part of the template itself, in which special tokens count.</summary>
    internal void AddFormat(List<ChatRun> runs, string format, bool isTrained)
    {
        int from = 0;
        for (int at = 0; at < format.Length;)
        {
            (string? literal, ChatRunKind kind) = _markers.FirstOrDefault(
                marker => string.CompareOrdinal(format, at, marker.Literal, 0, marker.Literal.Length) == 0);
            if (literal is null)
            {
                at++;
                continue;
            }

            AddText(runs, format[from..at], isTrained);
            string text = kind switch
            {
                ChatRunKind.Bos => _format.BosText,
                ChatRunKind.Eos => _format.EosText,
                _ => literal,
            };
            runs.Add(new ChatRun(kind, text, isTrained));
            at += literal.Length;
            from = at;
        }

        AddText(runs, format[from..], isTrained);
    }
}
