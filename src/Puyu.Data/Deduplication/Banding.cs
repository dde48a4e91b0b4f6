using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>How a signature is cut: texts that agree in all hashes of a band become candidates.</summary>
/// <remarks>
/// Texts of similarity s become candidates with probability 1 − (1 − s^Rows)^Bands, an S-curve. Source: Leskovec,
/// Rajaraman and Ullman, Mining of Massive Datasets, § 3.4.
/// </remarks>
/// <param name="Bands">Number of bands, b.</param>
/// <param name="Rows">Hashes of a band, r.</param>
public readonly record struct Banding(int Bands, int Rows)
{
    private const int Steps = 128;

    /// <summary>
    /// The banding whose S-curve comes nearest to a step at the threshold: it minimizes the area below the curve on the
    /// left of it plus the area above the curve on the right. 128 hashes at 0.7 give 14 × 9.
    /// </summary>
    /// <param name="hashes">Length of the signature; not all of it need be used.</param>
    /// <param name="threshold">In (0, 1).</param>
    public static Banding Optimal(int hashes, double threshold)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hashes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threshold);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(threshold, 1);
        (Banding best, double least) = (default, double.MaxValue);
        for (int bands = 1; bands <= hashes; bands++)
        {
            for (int rows = 1; rows <= hashes / bands; rows++)
            {
                var banding = new Banding(bands, rows);
                double error = banding.Area(0, threshold) + (1 - threshold - banding.Area(threshold, 1));
                if (error < least)
                {
                    (best, least) = (banding, error);
                }
            }
        }

        return best;
    }

    /// <summary>Probability that texts of a similarity become candidates.</summary>
    public double Probability(double similarity) => 1 - Math.Pow(1 - Math.Pow(similarity, Rows), Bands);

    /// <summary>A hash of one band, and of which it is.</summary>
    internal ulong Key(ReadOnlySpan<uint> signature, int band) =>
        (ulong)Hashing.Hash128(MemoryMarshal.AsBytes(signature.Slice(band * Rows, Rows))) ^ (ulong)band;

    /// <summary>Area below the S-curve between two similarities, by Simpson's rule.</summary>
    private double Area(double from, double to)
    {
        double step = (to - from) / Steps;
        double sum = Probability(from) + Probability(to);
        for (int i = 1; i < Steps; i++)
        {
            sum += (i % 2 == 0 ? 2 : 4) * Probability(from + (i * step));
        }

        return sum * step / 3;
    }
}
