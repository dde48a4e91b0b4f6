using System.Text;
using System.Text.Json;

namespace Puyu.Serving.OpenAi;

/// <summary>Reads the JSON object of one call as it comes, character by character.</summary>
/// <param name="argumentsName">Member with the arguments; <c>arguments</c> and <c>parameters</c> are known too.</param>
internal sealed class ToolCallScanner(string argumentsName)
{
    private readonly StringBuilder _raw = new();
    private readonly StringBuilder _arguments = new();
    private string? _member;
    private int _depth;
    private int _stringStart;
    private bool _inString;
    private bool _isEscaped;
    private bool _expectsValue;
    private bool _inArguments;
    private bool _hadArguments;

    /// <summary>Everything read.</summary>
    public string Raw => _raw.ToString();

    /// <summary>The tool's name; empty until it is known.</summary>
    public string Name { get; private set; } = "";

    public bool HasName => Name.Length > 0;

    /// <summary>Whether the object has ended.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether it is no call.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Reads until the object ends, or the text does.</summary>
    /// <param name="text">Further text.</param>
    /// <param name="arguments">Further arguments; empty until the name is known.</param>
    /// <returns>Characters read.</returns>
    public int Read(ReadOnlySpan<char> text, out string arguments)
    {
        int read = 0;
        while (read < text.Length && !IsComplete && !IsMalformed)
        {
            Take(text[read++]);
        }

        arguments = "";
        if (HasName && _arguments.Length > 0)
        {
            arguments = _arguments.ToString();
            _arguments.Clear();
        }

        return read;
    }

    private void Take(char c)
    {
        _raw.Append(c);
        if (_expectsValue && !char.IsWhiteSpace(c))
        {
            BeginValue(c);
        }

        if (_inArguments)
        {
            _arguments.Append(c);
        }

        if (_inString)
        {
            TakeInString(c);
        }
        else if (_depth == 0 && c != '{')
        {
            IsMalformed = !char.IsWhiteSpace(c);
        }
        else
        {
            TakeOutside(c);
        }
    }

    private void BeginValue(char c)
    {
        _expectsValue = false;
        if (_member == argumentsName || _member is "arguments" or "parameters")
        {
            IsMalformed = c != '{';
            _inArguments = !IsMalformed;
            _hadArguments = true;
        }
    }

    private void TakeInString(char c)
    {
        if (_isEscaped || c == '\\')
        {
            _isEscaped = !_isEscaped;
        }
        else if (c == '"')
        {
            _inString = false;
            if (_depth == 1)
            {
                EndString(_raw.ToString(_stringStart, _raw.Length - _stringStart));
            }
        }
    }

    private void TakeOutside(char c)
    {
        switch (c)
        {
            case '"':
                _inString = true;
                _stringStart = _raw.Length - 1;
                break;
            case '{' or '[':
                _depth++;
                break;
            case '}' or ']':
                _depth--;
                _inArguments &= _depth > 1;
                if (_depth == 0)
                {
                    EndObject();
                }

                break;
            case ':' when _depth == 1:
                _expectsValue = true;
                break;
            case ',' when _depth == 1:
                _member = null;
                break;
        }
    }

    /// <summary>A string of the object itself is the name of a member, or its value.</summary>
    private void EndString(string quoted)
    {
        string value;
        try
        {
            value = JsonSerializer.Deserialize<string>(quoted)!;
        }
        catch (JsonException)
        {
            IsMalformed = true;
            return;
        }

        if (_member is null)
        {
            _member = value;
        }
        else if (_member == "name")
        {
            Name = value;
        }
    }

    private void EndObject()
    {
        IsComplete = HasName;
        IsMalformed = !HasName;
        if (!_hadArguments)
        {
            _arguments.Append("{}");
        }
    }
}
