namespace Puyu.Data.Classifiers;

/// <summary>Turns sums into probabilities: p = σ(a·z + c), fitted to texts with known labels.</summary>
/// <remarks>
/// Minimizes the cross-entropy to targets (N₊+1)/(N₊+2) and 1/(N₋+2), which keep it finite, by Newton's method with
/// halved steps. Source: Lin, Lin and Weng, A Note on Platt's Probabilistic Outputs, Machine Learning 68, 2007.
/// </remarks>
internal static class PlattScaling
{
    /// <summary>The slope a and the intercept c.</summary>
    public static (float Slope, float Intercept) Fit(ReadOnlySpan<float> sums, ReadOnlySpan<bool> isPositive)
    {
        const int MaxSteps = 100;
        const double Enough = 1e-5;
        int positives = isPositive.Count(true);
        double high = (positives + 1.0) / (positives + 2.0);
        double low = 1 / (isPositive.Length - positives + 2.0);
        double a = 0;
        double c = Math.Log((positives + 1.0) / (isPositive.Length - positives + 1.0));
        double loss = Loss(sums, isPositive, high, low, a, c);
        for (int step = 0; step < MaxSteps; step++)
        {
            double ga = 0, gc = 0, haa = 1e-12, hac = 0, hcc = 1e-12;
            for (int i = 0; i < sums.Length; i++)
            {
                double p = 1 / (1 + Math.Exp(-((a * sums[i]) + c)));
                double residual = p - (isPositive[i] ? high : low);
                double curvature = p * (1 - p);
                ga += residual * sums[i];
                gc += residual;
                haa += curvature * sums[i] * sums[i];
                hac += curvature * sums[i];
                hcc += curvature;
            }

            if (Math.Abs(ga) < Enough && Math.Abs(gc) < Enough)
            {
                break;
            }

            double determinant = (haa * hcc) - (hac * hac);
            double da = -((hcc * ga) - (hac * gc)) / determinant;
            double dc = -((haa * gc) - (hac * ga)) / determinant;
            double scale = 1;
            double next = Loss(sums, isPositive, high, low, a + da, c + dc);
            while (next > loss && scale > 1e-10)
            {
                scale /= 2;
                next = Loss(sums, isPositive, high, low, a + (scale * da), c + (scale * dc));
            }

            (a, c, loss) = (a + (scale * da), c + (scale * dc), next);
        }

        return ((float)a, (float)c);
    }

    private static double Loss(
        ReadOnlySpan<float> sums, ReadOnlySpan<bool> isPositive, double high, double low, double a, double c)
    {
        double loss = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            double z = (a * sums[i]) + c;
            double target = isPositive[i] ? high : low;

            // ln(1 + eᶻ) − t·z without overflow.
            loss += Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - (target * z);
        }

        return loss;
    }
}
