using Puyu.Abstractions;

namespace Puyu.Data.Formats;

/// <summary>What can be said of every format.</summary>
internal record RecordOptions
{
    /// <summary>Most bytes of a record, decompressed; a longer one is quarantined. From 1,024 to 2³⁰.</summary>
    public int MaxRecordBytes { get; init; } = 1 << 26;

    /// <summary>These options, if they are possible.</summary>
    /// <exception cref="OptionsException">They are not.</exception>
    public RecordOptions Validated() => MaxRecordBytes is >= 1 << 10 and <= 1 << 30
        ? this
        : throw new OptionsException(FormattableString.Invariant(
            $"maxRecordBytes is {MaxRecordBytes} but must be from 1024 to 1073741824: name a size in that range"));

    /// <summary>Says of a record that it has more than <see cref="MaxRecordBytes"/>.</summary>
    public string TooLong(string record) => FormattableString.Invariant(
        $"the {record} has more than {MaxRecordBytes} bytes: raise maxRecordBytes to read it");
}

/// <summary>Options of formats whose records have named fields.</summary>
internal sealed record FieldOptions : RecordOptions
{
    /// <summary>Name of the field with the text.</summary>
    public string Text { get; init; } = "text";

    /// <summary>Name of the field with the id; a document without it is named for its text.</summary>
    public string Id { get; init; } = "id";
}

/// <summary>Options of plain text.</summary>
internal sealed record TextOptions : RecordOptions
{
    /// <summary>What ends a document.</summary>
    public TextSeparator Separator { get; init; } = TextSeparator.File;
}

/// <summary>What ends a document in plain text.</summary>
internal enum TextSeparator
{
    /// <summary>The end of the file.</summary>
    File,

    /// <summary>A line of nothing but white space.</summary>
    BlankLine,
}
