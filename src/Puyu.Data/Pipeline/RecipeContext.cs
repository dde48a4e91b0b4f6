using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Puyu.Data.Pipeline;

/// <summary>What surrounds one stage, source or output of a recipe while it is made.</summary>
public sealed class RecipeContext
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private readonly List<string> _inputs = [];
    private readonly Action<string> _warn;

    /// <summary>Surrounds something in a recipe.</summary>
    /// <param name="folder">Folder of the recipe.</param>
    /// <param name="path">Where in the recipe it stands, such as <c>steps[1].stages[0]</c>; begins warnings.</param>
    /// <param name="seed">Seed of the recipe.</param>
    /// <param name="warn">Takes what the user should know but what is no error.</param>
    public RecipeContext(string folder, string path, ulong seed, Action<string> warn)
    {
        Folder = folder;
        Path = path;
        Seed = seed;
        _warn = warn;
    }

    /// <summary>Folder of the recipe; relative paths in it begin here.</summary>
    public string Folder { get; }

    /// <summary>Where in the recipe, such as <c>steps[1].stages[0]</c>.</summary>
    public string Path { get; }

    /// <summary>Seed of whatever is drawn.</summary>
    public ulong Seed { get; }

    /// <summary>
    /// Files that the result depends on, as <see cref="File"/> was asked for them. Their contents are part of the name
    /// under which results are cached.
    /// </summary>
    public IReadOnlyList<string> Inputs => _inputs;

    /// <summary>Options as a record: camelCase names and enumerations, nothing unknown.</summary>
    /// <param name="options">The object.</param>
    /// <exception cref="InvalidDataException">
    /// An unknown or missing member, or a value of the wrong kind; the message names it.
    /// </exception>
    public TOptions Read<TOptions>(JsonElement options)
    {
        RequireKnown<TOptions>(options);
        try
        {
            return options.Deserialize<TOptions>(_json)
                ?? throw new InvalidDataException($"{Path} is null but must be an object");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException(Explain(problem), problem);
        }
    }

    /// <summary>Full path of a file or folder that the result depends on, such as a list of words or a model.</summary>
    /// <param name="path">As in the recipe: relative to its folder, or absolute.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    public string File(string path)
    {
        string full = System.IO.Path.GetFullPath(path, Folder);
        if (!System.IO.Path.Exists(full))
        {
            throw new FileNotFoundException($"{Path} names {path} but there is no such file in {Folder}");
        }

        _inputs.Add(full);
        return full;
    }

    /// <summary>Tells the user something that is no error.</summary>
    /// <param name="message">One sentence.</param>
    public void Warn(string message) => _warn($"{Path}: {message}");

    private void RequireKnown<TOptions>(JsonElement options)
    {
        if (options.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        string[] known = [.. _json.GetTypeInfo(typeof(TOptions)).Properties.Select(property => property.Name)];
        foreach (JsonProperty member in options.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                string rule = known.Length == 0
                    ? "is unknown: there are no options"
                    : $"is unknown but must be one of {string.Join(", ", known)}";
                throw new InvalidDataException($"{Path}.{member.Name} {rule}");
            }
        }
    }

    private string Explain(JsonException problem)
    {
        string message = problem.Message;
        int details = message.IndexOf(" Path:", StringComparison.Ordinal);
        string what = details < 0 ? message : message[..details];
        return problem.Path is null or "$" ? $"{Path}: {what}" : $"{Path}{problem.Path[1..]}: {what}";
    }
}
