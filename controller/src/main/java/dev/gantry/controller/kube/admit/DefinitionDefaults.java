package dev.gantry.controller.kube.admit;

import java.util.Locale;

/** What a custom definition may leave out. */
final class DefinitionDefaults {

    private DefinitionDefaults() {}

    static void fill(Gaps definition) {
        Gaps spec = definition.within("spec");
        Gaps names = spec.within("names");
        String kind = names.text("kind");
        if (!kind.isEmpty()) {
            names.put("singular", kind.toLowerCase(Locale.ROOT)).put("listKind", kind + "List");
        }
        spec.within("conversion").put("strategy", "None");
    }
}
