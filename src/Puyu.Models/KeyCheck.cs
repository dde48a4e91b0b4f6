using Puyu.Models.HuggingFace;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models;

/// <summary>Compares the keys of a checkpoint with the parameters of a model, in both directions.</summary>
internal static class KeyCheck
{
    private const int MaxNames = 5;

    /// <summary>Throws unless files and model have the same keys, shapes included.</summary>
    /// <exception cref="InvalidDataException">
    /// Names missing and extra keys with counts, or the shape at fault.
    /// </exception>
    public static void Require(SafetensorsFolder files, ParameterTable parameters, ModelConfig config)
    {
        RequireKeys(files, [.. parameters.Select(parameter => parameter.FileName)], config);
        foreach (Parameter parameter in parameters)
        {
            RequireEntry(files, parameter);
        }
    }

    /// <summary>Throws unless the files have exactly these keys, derived ones aside.</summary>
    /// <exception cref="InvalidDataException">Names missing and extra keys with counts.</exception>
    public static void RequireKeys(SafetensorsFolder files, HashSet<string> wanted, ModelConfig config)
    {
        NameMap names = NameMap.Of(config.Architecture);
        string[] missing = [.. wanted.Except(files.Names).Order(StringComparer.Ordinal)];
        string[] extra = [.. files.Names.Where(
            key => !wanted.Contains(key) && !names.IsDerived(key, config.TiesEmbeddings))];
        if (missing.Length > 0)
        {
            string suggestion = Nearest(missing[0], extra) is { } nearest ? $"; did you mean {nearest}?" : "";
            throw new InvalidDataException(
                $"checkpoint {files.Folder} lacks {List(missing)} "
                + $"(has {wanted.Count - missing.Length} of {wanted.Count} tensors{suggestion})");
        }

        if (extra.Length > 0)
        {
            throw new InvalidDataException(
                $"checkpoint {files.Folder} has {List(extra)}, "
                + $"which {config.Architecture} with this configuration lacks "
                + $"({extra.Length} more than its {wanted.Count} tensors)");
        }
    }

    /// <summary>Throws unless a parameter is stored as real numbers of its shape.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public static void RequireEntry(SafetensorsFolder files, Parameter parameter)
    {
        SafetensorsEntry entry = files.Entry(parameter.FileName);
        if (entry.Shape != parameter.Shape)
        {
            throw new InvalidDataException(
                $"checkpoint {files.Folder} has {entry.Name} {entry.Shape} "
                + $"but the configuration says {parameter.Shape}");
        }

        if (entry.DType is not (Tensors.DType.F32 or Tensors.DType.BF16 or Tensors.DType.F16))
        {
            throw new InvalidDataException(
                $"checkpoint {files.Folder} has {entry.Name} as {entry.DType} but weights must be F32, BF16 or F16");
        }
    }

    private static string List(string[] keys) => keys.Length <= MaxNames
        ? string.Join(", ", keys)
        : $"{string.Join(", ", keys.Take(MaxNames))} and {keys.Length - MaxNames} more";

    /// <summary>The key that the fewest edits turn into the wanted one, if that is less than half of it.</summary>
    private static string? Nearest(string wanted, string[] keys)
    {
        string? nearest = keys.MinBy(key => EditDistance(wanted, key));
        return nearest is not null && 2 * EditDistance(wanted, nearest) < wanted.Length ? nearest : null;
    }

    /// <summary>Levenshtein's distance, one row at a time.</summary>
    private static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }

        return row[^1];
    }
}
