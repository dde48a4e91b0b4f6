namespace Puyu.Tensors.MachineCode;

/// <summary>64-bit registers that a routine may overwrite, by their number in instructions.</summary>
internal enum Register
{
    Rax = 0,
    Rcx = 1,
    Rdx = 2,
    Rsi = 6,

    /// <summary>Holds the argument when a routine begins.</summary>
    Rdi = 7,
    R8 = 8,
    R9 = 9,
    R10 = 10,
    R11 = 11,
}

/// <summary>A 512-bit register.</summary>
/// <param name="Number">0 to 31.</param>
internal readonly record struct Zmm(int Number);

/// <summary>A place in memory.</summary>
/// <param name="Base">Where it is counted from.</param>
/// <param name="Offset">Bytes behind it.</param>
internal readonly record struct Place(Register Base, int Offset)
{
    /// <summary>A place some bytes further.</summary>
    public static Place operator +(Place place, int bytes) => place with { Offset = place.Offset + bytes };
}
