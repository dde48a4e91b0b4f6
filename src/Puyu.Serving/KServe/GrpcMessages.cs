using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Puyu.Serving.KServe.Messages;

namespace Puyu.Serving.KServe;

/// <summary>Translates between messages of the protocol and calls of a model.</summary>
internal static class GrpcMessages
{
    /// <summary>Asks a stream for an empty answer after the last one, which says that it was the last.</summary>
    private const string WantsFinalResponse = "triton_enable_empty_final_response";

    /// <summary>Reads a request.</summary>
    /// <exception cref="ApiException">Its tensors are malformed.</exception>
    public static InferenceCallData Read(ModelInferRequest request)
    {
        if (request.RawInputContents.Count > 0 && request.RawInputContents.Count != request.Inputs.Count)
        {
            throw ApiException.Invalid(
                $"there are {request.Inputs.Count} inputs but {request.RawInputContents.Count} raw contents; "
                + "either all inputs have raw contents or none has", "raw_input_contents");
        }

        var inputs = new List<InferenceTensor>();
        for (int i = 0; i < request.Inputs.Count; i++)
        {
            ModelInferRequest.Types.InferInputTensor input = request.Inputs[i];
            TensorDatatype datatype = TensorDatatypes.Parse(input.Datatype, input.Name);
            ReadOnlyMemory<byte> data = request.RawInputContents.Count > 0
                ? request.RawInputContents[i].Memory
                : Contents(input.Contents, datatype, input.Name);
            inputs.Add(new InferenceTensor(input.Name, datatype, [.. input.Shape], data).Validated());
        }

        return new InferenceCallData(request.ModelName, request.Id, Parameters(request.Parameters), inputs);
    }

    /// <summary>Whether the caller of a stream wants to be told of its end.</summary>
    public static bool WantsFinal(ModelInferRequest request) =>
        request.Parameters.TryGetValue(WantsFinalResponse, out InferParameter? wants) && wants.BoolParam;

    /// <summary>Writes an answer, arrays as raw bytes.</summary>
    public static ModelInferResponse Answer(InferenceCallData call, IReadOnlyList<InferenceTensor> outputs)
    {
        var answer = new ModelInferResponse { ModelName = call.Model, ModelVersion = "1", Id = call.Id };
        foreach (InferenceTensor output in outputs)
        {
            answer.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor
            {
                Name = output.Name,
                Datatype = output.Datatype.Name(),
                Shape = { output.Shape },
            });
            answer.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(output.Data));
        }

        return answer;
    }

    /// <summary>The empty answer that ends a stream.</summary>
    public static ModelInferResponse Final(InferenceCallData call) => new()
    {
        ModelName = call.Model,
        ModelVersion = "1",
        Id = call.Id,
        Parameters = { ["triton_final_response"] = new InferParameter { BoolParam = true } },
    };

    private static JsonObject Parameters(MapField<string, InferParameter> parameters) => new(parameters.Select(
        parameter => KeyValuePair.Create(parameter.Key, parameter.Value.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.BoolParam => JsonValue.Create(parameter.Value.BoolParam),
            InferParameter.ParameterChoiceOneofCase.Int64Param => JsonValue.Create(parameter.Value.Int64Param),
            InferParameter.ParameterChoiceOneofCase.StringParam => JsonValue.Create(parameter.Value.StringParam),
            InferParameter.ParameterChoiceOneofCase.DoubleParam => JsonValue.Create(parameter.Value.DoubleParam),
            InferParameter.ParameterChoiceOneofCase.Uint64Param => JsonValue.Create(parameter.Value.Uint64Param),
            _ => (JsonNode?)null,
        })));

    private static byte[] Contents(InferTensorContents? contents, TensorDatatype datatype, string name)
    {
        contents ??= new InferTensorContents();
        switch (datatype)
        {
            case TensorDatatype.Bytes:
                using (var data = new MemoryStream())
                {
                    foreach (ByteString element in contents.BytesContents)
                    {
                        InferenceTensor.Append(data, element.Span);
                    }

                    return data.ToArray();
                }

            case TensorDatatype.Bool:
                return [.. contents.BoolContents.Select(value => (byte)(value ? 1 : 0))];
            case TensorDatatype.Int32:
                return Bytes<int>([.. contents.IntContents]);
            case TensorDatatype.UInt32:
                return Bytes<uint>([.. contents.UintContents]);
            case TensorDatatype.Int64:
                return Bytes<long>([.. contents.Int64Contents]);
            default:
                throw ApiException.Invalid(
                    $"tensor \"{name}\" is {datatype.Name()}, which no input of this model is", name);
        }
    }

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : struct
    {
        return MemoryMarshal.AsBytes(values).ToArray();
    }
}
