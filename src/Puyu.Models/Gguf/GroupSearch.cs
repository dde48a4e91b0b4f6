namespace Puyu.Models.Gguf;

/// <summary>Finds scale and minimum of a group of weights by a weighted least-squares fit to trial codes.</summary>
/// <remarks>
/// Minimizes Σ ω (scale · q − minimum − w)² with ω = √(mean w²) + |w| over codes that are rounded with
/// (MaxCode + FirstShift + step / 10) / (max − min). Source: ggml-quants.c, make_qkx2_quants.
/// </remarks>
/// <param name="MaxCode">The largest code.</param>
/// <param name="FirstShift">What the first trial adds to the largest code.</param>
/// <param name="Steps">Trials after the first, 0.1 apart.</param>
internal readonly record struct GroupSearch(int MaxCode, float FirstShift, int Steps)
{
    private const int MaxLength = 32;

    /// <summary>Searches.</summary>
    /// <param name="x">Weights of the group, at most 32.</param>
    /// <param name="codes">The codes of the best trial, overwritten.</param>
    /// <returns>Scale and how far the minimum is below zero, neither negative.</returns>
    public (float Scale, float Minimum) Find(ReadOnlySpan<float> x, Span<byte> codes)
    {
        (float least, float most) = (0, x[0]);
        float sumOfSquares = 0;
        foreach (float weight in x)
        {
            (least, most) = (Math.Min(least, weight), Math.Max(most, weight));
            sumOfSquares += weight * weight;
        }

        codes.Clear();
        if (most == least)
        {
            return (0, -least);
        }

        Span<float> weights = stackalloc float[MaxLength];
        float typical = MathF.Sqrt(sumOfSquares / x.Length);
        for (int i = 0; i < x.Length; i++)
        {
            weights[i] = typical + Math.Abs(x[i]);
        }

        return Search(x, weights[..x.Length], (least, most), codes);
    }

    private (float Scale, float Minimum) Search(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weights, (float Least, float Most) range, Span<byte> codes)
    {
        float width = range.Most - range.Least;
        float scale = width / MaxCode;
        float minimum = range.Least;
        RoundCodes(x, minimum, MaxCode / width, codes);
        float best = ErrorOf(x, weights, codes, scale, minimum);
        Span<byte> trial = stackalloc byte[MaxLength];
        trial = trial[..x.Length];
        for (int step = 0; step <= Steps; step++)
        {
            RoundCodes(x, range.Least, (FirstShift + (0.1f * step) + MaxCode) / width, trial);
            if (Fit(x, weights, trial) is not { } fit)
            {
                continue;
            }

            float error = ErrorOf(x, weights, trial, fit.Scale, fit.Minimum);
            if (error < best)
            {
                trial.CopyTo(codes);
                (best, scale, minimum) = (error, fit.Scale, fit.Minimum);
            }
        }

        return (scale, -minimum);
    }

    private void RoundCodes(ReadOnlySpan<float> x, float least, float inverse, Span<byte> codes)
    {
        for (int i = 0; i < x.Length; i++)
        {
            codes[i] = (byte)Math.Clamp(MathF.Round(inverse * (x[i] - least)), 0, MaxCode);
        }
    }

    /// <summary>The best scale and minimum, not above zero, for given codes; null where all are equal.</summary>
    private static (float Scale, float Minimum)? Fit(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<byte> codes)
    {
        (float sumW, float sumX, float sumL, float sumL2, float sumXl) = (0, 0, 0, 0, 0);
        for (int i = 0; i < x.Length; i++)
        {
            (float w, float l) = (weights[i], codes[i]);
            sumW += w;
            sumX += w * x[i];
            sumL += w * l;
            sumL2 += w * l * l;
            sumXl += w * l * x[i];
        }

        float determinant = (sumW * sumL2) - (sumL * sumL);
        if (determinant <= 0)
        {
            return null;
        }

        float minimum = ((sumL2 * sumX) - (sumL * sumXl)) / determinant;
        return minimum > 0
            ? (sumXl / sumL2, 0)
            : (((sumW * sumXl) - (sumX * sumL)) / determinant, minimum);
    }

    private static float ErrorOf(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<byte> codes, float scale, float minimum)
    {
        float error = 0;
        for (int i = 0; i < x.Length; i++)
        {
            float difference = (scale * codes[i]) + minimum - x[i];
            error += weights[i] * difference * difference;
        }

        return error;
    }
}
