using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

internal unsafe partial struct TileProduct
{
    /// <summary>8 rows × 32 columns.</summary>
    private static void Block512x2(in TileProduct p, float* a, float* b, float* c, float* scale)
    {
        nint cs = p.CStride;
        Vector512<float> c00 = Vector512<float>.Zero;
        Vector512<float> c01 = Vector512<float>.Zero;
        Vector512<float> c10 = Vector512<float>.Zero;
        Vector512<float> c11 = Vector512<float>.Zero;
        Vector512<float> c20 = Vector512<float>.Zero;
        Vector512<float> c21 = Vector512<float>.Zero;
        Vector512<float> c30 = Vector512<float>.Zero;
        Vector512<float> c31 = Vector512<float>.Zero;
        Vector512<float> c40 = Vector512<float>.Zero;
        Vector512<float> c41 = Vector512<float>.Zero;
        Vector512<float> c50 = Vector512<float>.Zero;
        Vector512<float> c51 = Vector512<float>.Zero;
        Vector512<float> c60 = Vector512<float>.Zero;
        Vector512<float> c61 = Vector512<float>.Zero;
        Vector512<float> c70 = Vector512<float>.Zero;
        Vector512<float> c71 = Vector512<float>.Zero;
        if (p.Adds)
        {
            c00 = Vector512.Load(c);
            c01 = Vector512.Load(c + 16);
            c10 = Vector512.Load(c + cs);
            c11 = Vector512.Load(c + cs + 16);
            c20 = Vector512.Load(c + (2 * cs));
            c21 = Vector512.Load(c + (2 * cs) + 16);
            c30 = Vector512.Load(c + (3 * cs));
            c31 = Vector512.Load(c + (3 * cs) + 16);
            c40 = Vector512.Load(c + (4 * cs));
            c41 = Vector512.Load(c + (4 * cs) + 16);
            c50 = Vector512.Load(c + (5 * cs));
            c51 = Vector512.Load(c + (5 * cs) + 16);
            c60 = Vector512.Load(c + (6 * cs));
            c61 = Vector512.Load(c + (6 * cs) + 16);
            c70 = Vector512.Load(c + (7 * cs));
            c71 = Vector512.Load(c + (7 * cs) + 16);
        }

        if (scale != null)
        {
            Vector512<float> s0 = Vector512.Load(scale);
            Vector512<float> s1 = Vector512.Load(scale + 16);
            c00 *= s0;
            c01 *= s1;
            c10 *= s0;
            c11 *= s1;
            c20 *= s0;
            c21 *= s1;
            c30 *= s0;
            c31 *= s1;
            c40 *= s0;
            c41 *= s1;
            c50 *= s0;
            c51 *= s1;
            c60 *= s0;
            c61 *= s1;
            c70 *= s0;
            c71 *= s1;
        }

        nint bs = p.BStride;
        nint step = p.AStep;
        nint row1 = p.ARow;
        nint row2 = 2 * row1;
        nint row3 = 3 * row1;
        float* a4 = a + (4 * row1);
        for (int k = p.Depth; k > 0; k--)
        {
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> b1 = Vector512.Load(b + 16);
            Vector512<float> x = Vector512.Create(*a);
            c00 = Avx512F.FusedMultiplyAdd(x, b0, c00);
            c01 = Avx512F.FusedMultiplyAdd(x, b1, c01);
            x = Vector512.Create(a[row1]);
            c10 = Avx512F.FusedMultiplyAdd(x, b0, c10);
            c11 = Avx512F.FusedMultiplyAdd(x, b1, c11);
            x = Vector512.Create(a[row2]);
            c20 = Avx512F.FusedMultiplyAdd(x, b0, c20);
            c21 = Avx512F.FusedMultiplyAdd(x, b1, c21);
            x = Vector512.Create(a[row3]);
            c30 = Avx512F.FusedMultiplyAdd(x, b0, c30);
            c31 = Avx512F.FusedMultiplyAdd(x, b1, c31);
            x = Vector512.Create(*a4);
            c40 = Avx512F.FusedMultiplyAdd(x, b0, c40);
            c41 = Avx512F.FusedMultiplyAdd(x, b1, c41);
            x = Vector512.Create(a4[row1]);
            c50 = Avx512F.FusedMultiplyAdd(x, b0, c50);
            c51 = Avx512F.FusedMultiplyAdd(x, b1, c51);
            x = Vector512.Create(a4[row2]);
            c60 = Avx512F.FusedMultiplyAdd(x, b0, c60);
            c61 = Avx512F.FusedMultiplyAdd(x, b1, c61);
            x = Vector512.Create(a4[row3]);
            c70 = Avx512F.FusedMultiplyAdd(x, b0, c70);
            c71 = Avx512F.FusedMultiplyAdd(x, b1, c71);
            a += step;
            a4 += step;
            b += bs;
        }

        c00.Store(c);
        c01.Store(c + 16);
        c10.Store(c + cs);
        c11.Store(c + cs + 16);
        c20.Store(c + (2 * cs));
        c21.Store(c + (2 * cs) + 16);
        c30.Store(c + (3 * cs));
        c31.Store(c + (3 * cs) + 16);
        c40.Store(c + (4 * cs));
        c41.Store(c + (4 * cs) + 16);
        c50.Store(c + (5 * cs));
        c51.Store(c + (5 * cs) + 16);
        c60.Store(c + (6 * cs));
        c61.Store(c + (6 * cs) + 16);
        c70.Store(c + (7 * cs));
        c71.Store(c + (7 * cs) + 16);
    }

    /// <summary>8 rows × 16 columns.</summary>
    private static void Block512x1(in TileProduct p, float* a, float* b, float* c, float* scale)
    {
        nint cs = p.CStride;
        Vector512<float> c00 = Vector512<float>.Zero;
        Vector512<float> c10 = Vector512<float>.Zero;
        Vector512<float> c20 = Vector512<float>.Zero;
        Vector512<float> c30 = Vector512<float>.Zero;
        Vector512<float> c40 = Vector512<float>.Zero;
        Vector512<float> c50 = Vector512<float>.Zero;
        Vector512<float> c60 = Vector512<float>.Zero;
        Vector512<float> c70 = Vector512<float>.Zero;
        if (p.Adds)
        {
            c00 = Vector512.Load(c);
            c10 = Vector512.Load(c + cs);
            c20 = Vector512.Load(c + (2 * cs));
            c30 = Vector512.Load(c + (3 * cs));
            c40 = Vector512.Load(c + (4 * cs));
            c50 = Vector512.Load(c + (5 * cs));
            c60 = Vector512.Load(c + (6 * cs));
            c70 = Vector512.Load(c + (7 * cs));
        }

        if (scale != null)
        {
            Vector512<float> s0 = Vector512.Load(scale);
            c00 *= s0;
            c10 *= s0;
            c20 *= s0;
            c30 *= s0;
            c40 *= s0;
            c50 *= s0;
            c60 *= s0;
            c70 *= s0;
        }

        nint bs = p.BStride;
        nint step = p.AStep;
        nint row1 = p.ARow;
        nint row2 = 2 * row1;
        nint row3 = 3 * row1;
        float* a4 = a + (4 * row1);
        for (int k = p.Depth; k > 0; k--)
        {
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> x = Vector512.Create(*a);
            c00 = Avx512F.FusedMultiplyAdd(x, b0, c00);
            x = Vector512.Create(a[row1]);
            c10 = Avx512F.FusedMultiplyAdd(x, b0, c10);
            x = Vector512.Create(a[row2]);
            c20 = Avx512F.FusedMultiplyAdd(x, b0, c20);
            x = Vector512.Create(a[row3]);
            c30 = Avx512F.FusedMultiplyAdd(x, b0, c30);
            x = Vector512.Create(*a4);
            c40 = Avx512F.FusedMultiplyAdd(x, b0, c40);
            x = Vector512.Create(a4[row1]);
            c50 = Avx512F.FusedMultiplyAdd(x, b0, c50);
            x = Vector512.Create(a4[row2]);
            c60 = Avx512F.FusedMultiplyAdd(x, b0, c60);
            x = Vector512.Create(a4[row3]);
            c70 = Avx512F.FusedMultiplyAdd(x, b0, c70);
            a += step;
            a4 += step;
            b += bs;
        }

        c00.Store(c);
        c10.Store(c + cs);
        c20.Store(c + (2 * cs));
        c30.Store(c + (3 * cs));
        c40.Store(c + (4 * cs));
        c50.Store(c + (5 * cs));
        c60.Store(c + (6 * cs));
        c70.Store(c + (7 * cs));
    }
}
