using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

internal unsafe partial struct TileProduct
{
    /// <summary>4 rows × 16 columns.</summary>
    private static void Block256x2(in TileProduct p, float* a, float* b, float* c, float* scale)
    {
        nint cs = p.CStride;
        Vector256<float> c00 = Vector256<float>.Zero;
        Vector256<float> c01 = Vector256<float>.Zero;
        Vector256<float> c10 = Vector256<float>.Zero;
        Vector256<float> c11 = Vector256<float>.Zero;
        Vector256<float> c20 = Vector256<float>.Zero;
        Vector256<float> c21 = Vector256<float>.Zero;
        Vector256<float> c30 = Vector256<float>.Zero;
        Vector256<float> c31 = Vector256<float>.Zero;
        if (p.Adds)
        {
            c00 = Vector256.Load(c);
            c01 = Vector256.Load(c + 8);
            c10 = Vector256.Load(c + cs);
            c11 = Vector256.Load(c + cs + 8);
            c20 = Vector256.Load(c + (2 * cs));
            c21 = Vector256.Load(c + (2 * cs) + 8);
            c30 = Vector256.Load(c + (3 * cs));
            c31 = Vector256.Load(c + (3 * cs) + 8);
        }

        if (scale != null)
        {
            Vector256<float> s0 = Vector256.Load(scale);
            Vector256<float> s1 = Vector256.Load(scale + 8);
            c00 *= s0;
            c01 *= s1;
            c10 *= s0;
            c11 *= s1;
            c20 *= s0;
            c21 *= s1;
            c30 *= s0;
            c31 *= s1;
        }

        nint bs = p.BStride;
        nint step = p.AStep;
        nint row1 = p.ARow;
        nint row2 = 2 * row1;
        nint row3 = 3 * row1;
        for (int k = p.Depth; k > 0; k--)
        {
            Vector256<float> b0 = Vector256.Load(b);
            Vector256<float> b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(*a);
            c00 = Fma.MultiplyAdd(x, b0, c00);
            c01 = Fma.MultiplyAdd(x, b1, c01);
            x = Vector256.Create(a[row1]);
            c10 = Fma.MultiplyAdd(x, b0, c10);
            c11 = Fma.MultiplyAdd(x, b1, c11);
            x = Vector256.Create(a[row2]);
            c20 = Fma.MultiplyAdd(x, b0, c20);
            c21 = Fma.MultiplyAdd(x, b1, c21);
            x = Vector256.Create(a[row3]);
            c30 = Fma.MultiplyAdd(x, b0, c30);
            c31 = Fma.MultiplyAdd(x, b1, c31);
            a += step;
            b += bs;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c + cs);
        c11.Store(c + cs + 8);
        c20.Store(c + (2 * cs));
        c21.Store(c + (2 * cs) + 8);
        c30.Store(c + (3 * cs));
        c31.Store(c + (3 * cs) + 8);
    }

    /// <summary>4 rows × 8 columns; without FMA, or without any intrinsics.</summary>
    private static void Block128x2(in TileProduct p, float* a, float* b, float* c, float* scale)
    {
        nint cs = p.CStride;
        Vector128<float> c00 = Vector128<float>.Zero;
        Vector128<float> c01 = Vector128<float>.Zero;
        Vector128<float> c10 = Vector128<float>.Zero;
        Vector128<float> c11 = Vector128<float>.Zero;
        Vector128<float> c20 = Vector128<float>.Zero;
        Vector128<float> c21 = Vector128<float>.Zero;
        Vector128<float> c30 = Vector128<float>.Zero;
        Vector128<float> c31 = Vector128<float>.Zero;
        if (p.Adds)
        {
            c00 = Vector128.Load(c);
            c01 = Vector128.Load(c + 4);
            c10 = Vector128.Load(c + cs);
            c11 = Vector128.Load(c + cs + 4);
            c20 = Vector128.Load(c + (2 * cs));
            c21 = Vector128.Load(c + (2 * cs) + 4);
            c30 = Vector128.Load(c + (3 * cs));
            c31 = Vector128.Load(c + (3 * cs) + 4);
        }

        if (scale != null)
        {
            Vector128<float> s0 = Vector128.Load(scale);
            Vector128<float> s1 = Vector128.Load(scale + 4);
            c00 *= s0;
            c01 *= s1;
            c10 *= s0;
            c11 *= s1;
            c20 *= s0;
            c21 *= s1;
            c30 *= s0;
            c31 *= s1;
        }

        nint bs = p.BStride;
        nint step = p.AStep;
        nint row1 = p.ARow;
        nint row2 = 2 * row1;
        nint row3 = 3 * row1;
        for (int k = p.Depth; k > 0; k--)
        {
            Vector128<float> b0 = Vector128.Load(b);
            Vector128<float> b1 = Vector128.Load(b + 4);
            Vector128<float> x = Vector128.Create(*a);
            c00 = Vector128.MultiplyAddEstimate(x, b0, c00);
            c01 = Vector128.MultiplyAddEstimate(x, b1, c01);
            x = Vector128.Create(a[row1]);
            c10 = Vector128.MultiplyAddEstimate(x, b0, c10);
            c11 = Vector128.MultiplyAddEstimate(x, b1, c11);
            x = Vector128.Create(a[row2]);
            c20 = Vector128.MultiplyAddEstimate(x, b0, c20);
            c21 = Vector128.MultiplyAddEstimate(x, b1, c21);
            x = Vector128.Create(a[row3]);
            c30 = Vector128.MultiplyAddEstimate(x, b0, c30);
            c31 = Vector128.MultiplyAddEstimate(x, b1, c31);
            a += step;
            b += bs;
        }

        c00.Store(c);
        c01.Store(c + 4);
        c10.Store(c + cs);
        c11.Store(c + cs + 4);
        c20.Store(c + (2 * cs));
        c21.Store(c + (2 * cs) + 4);
        c30.Store(c + (3 * cs));
        c31.Store(c + (3 * cs) + 4);
    }
}
