using Puyu.Data.Code;

namespace Puyu.Data.Tests.Code;

public class ImportScannerTests
{
    [Theory]
    [InlineData(CodeLanguage.Python, """
        import os, a.b as c
        from ..pkg.mod import (x as y,
            z)  # from no import way
        '''
        import not_this
        '''
        def f():
            from . import later
            s = "import nor_this"
        from star import *
        """, "os|a.b|..pkg.mod:x|..pkg.mod:z|.:later|star")]
    [InlineData(CodeLanguage.Cpp, """
        #include "a/b.h" // #include "no.h"
        /* #include "no.h" */
          #  include <lib/c.hpp>
        const char* s = "#include";
        auto r = R"(
        #include "no.h"
        )";
        """, "a/b.h|lib/c.hpp")]
    [InlineData(CodeLanguage.Java, """
        package com.example.app;
        import com.example.util.Text;
        import static com.example.util.Numbers.parse;
        import com.example.model.*;
        // import no.No;
        class A { String s = "import no.No;"; }
        """, "com.example.util:Text|com.example.util:Numbers|com.example.model")]
    [InlineData(CodeLanguage.JavaScript, """
        import a, { b as c, type D } from './x';
        import './side';
        import * as all from "../up";
        export { e } from './f.js';
        const g = require('./g'), h = await import(`./h`);
        const r = /import '.\/no'/; // import './no'
        const s = "import './no'";
        export const from = 3;
        export default function () { return a / b; }
        import {
          k,
          l,
        } from '@/kl';
        """, "./x:a|./x:b|./x:D|./side|../up|./f.js:e|./g|./h|@/kl:k|@/kl:l")]
    [InlineData(CodeLanguage.Go, """
        package main
        import "fmt"
        import (
            "example.com/m/a"
            b2 "example.com/m/b" // "no"
            _ "example.com/m/c"
        )
        var s = `import "no"`
        """, "fmt|example.com/m/a|example.com/m/b|example.com/m/c")]
    [InlineData(CodeLanguage.Rust, """
        mod a;
        pub(crate) mod b { }
        use crate::x::{self, y::Z, w::*, v as u};
        use super::q;
        /* use no; /* nested */ use no; */
        fn f<'a>(s: &'a str) { let r = r#"use no;"#; let c = '"'; }
        """, "a|crate::x::self|crate::x::y::Z|crate::x::w|crate::x::v|super::q")]
    [InlineData(CodeLanguage.CSharp, """"
        global using A.B;
        using System;
        using static A.C.Tool;
        using D = A.E.Thing<int>;
        namespace A.F;
        class G
        {
            // using No;
            string s = @"using No;""", t = """
                using No;
                """, u = $"using No;";
            void M() { using var x = Open(); using (y) { } }
        }
        """", "A.B|System|A.C:Tool|A.E:Thing")]
    public void Read_FindsImports_OutsideCommentsAndStrings(CodeLanguage language, string code, string expected)
    {
        SourceOutline outline = ImportScanner.Read(language, code);

        Assert.Equal(expected, string.Join('|', outline.Imports.Select(import =>
            import.Name is null ? import.Target : $"{import.Target}:{import.Name}")));
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("'''")]
    [InlineData("/*")]
    [InlineData("R\"(")]
    [InlineData("r#\"")]
    [InlineData("@\"")]
    [InlineData("\"\"\"")]
    [InlineData("/[")]
    [InlineData("\\")]
    [InlineData("import {")]
    [InlineData("from")]
    [InlineData("use a::{b,")]
    [InlineData("#include <")]
    [InlineData("import (")]
    [InlineData("using static")]
    [InlineData("'\\")]
    public void Read_Ends_WhateverIsCutOff(string code)
    {
        Assert.All(Enum.GetValues<CodeLanguage>(), language =>
        {
            Assert.NotNull(ImportScanner.Read(language, code));
            Assert.NotNull(ImportScanner.Read(language, code + "\n" + code + " x"));
        });
    }
}
