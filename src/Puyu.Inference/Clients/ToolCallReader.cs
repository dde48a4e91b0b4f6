using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Generation;

namespace Puyu.Inference.Clients;

/// <summary>Finds calls of tools in text that comes piece by piece. No part of a call is passed as text.</summary>
/// <param name="syntax">How the model writes calls.</param>
internal sealed class ToolCallReader(ToolCallSyntax syntax)
{
    private readonly StringBuilder _call = new();
    private StopStringFilter _filter = new([syntax.Begin]);
    private string _pending = "";
    private int _calls;

    /// <summary>Adds text.</summary>
    /// <returns>Text and calls, in order.</returns>
    public IEnumerable<AIContent> Append(string text)
    {
        _pending = text;
        while (_pending.Length > 0)
        {
            string before = TakeText();
            if (before.Length > 0)
            {
                yield return new TextContent(before);
            }

            if (_filter.IsStopped && TryTakeCall(isEnd: false) is { } content)
            {
                yield return content;
            }
        }
    }

    /// <summary>Ends the text.</summary>
    public IEnumerable<AIContent> Flush()
    {
        string rest = _filter.IsStopped ? "" : _filter.Flush();
        if (rest.Length > 0)
        {
            yield return new TextContent(rest);
        }

        if (_filter.IsStopped && TryTakeCall(isEnd: true) is { } content)
        {
            yield return content;
        }
    }

    /// <summary>Passes text up to a call; what follows its beginning is part of the call.</summary>
    private string TakeText()
    {
        if (_filter.IsStopped)
        {
            _call.Append(_pending);
            _pending = "";
            return "";
        }

        // Character by character, so that what stands behind the beginning of a call is known.
        var passed = new StringBuilder();
        int read = 0;
        while (read < _pending.Length && !_filter.IsStopped)
        {
            passed.Append(_filter.Append(_pending[read++].ToString()));
        }

        _call.Append(_pending, read, _pending.Length - read);
        _pending = "";
        return passed.ToString();
    }

    private AIContent? TryTakeCall(bool isEnd)
    {
        string text = _call.ToString();
        int end = syntax.End.Length == 0 ? -1 : text.IndexOf(syntax.End, StringComparison.Ordinal);
        if (end < 0 && !isEnd)
        {
            return null;
        }

        string body = end < 0 ? text : text[..end];
        _pending = end < 0 ? "" : text[(end + syntax.End.Length)..];
        _call.Clear();
        _filter = new StopStringFilter([syntax.Begin]);
        return (AIContent?)TryParse(body) ?? new TextContent(syntax.Begin + text[..(text.Length - _pending.Length)]);
    }

    private FunctionCallContent? TryParse(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            string? name = document.RootElement.GetProperty("name").GetString();
            var arguments = document.RootElement.TryGetProperty(syntax.ArgumentsName, out JsonElement value)
                ? value.Deserialize<Dictionary<string, object?>>(AIJsonUtilities.DefaultOptions)
                : [];
            string id = string.Create(CultureInfo.InvariantCulture, $"call_{_calls++}");
            return name is null ? null : new FunctionCallContent(id, name, arguments);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
