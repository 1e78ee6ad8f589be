package dev.gantry.e2e.kube;

import dev.gantry.e2e.bed.Engine;

/** An image with nothing but this machine's kubectl, which needs nothing else. */
final class KubectlImage {

    static final String NAME = "gantry-e2e/kubectl:1";

    private static final String FILL = """
        mkdir -p $root/tmp
        cp -L "$(command -v kubectl)" $root/kubectl
        """;

    private KubectlImage() {}

    /** Makes it on an engine. */
    static void on(Engine engine) {
        engine.makeImage(NAME, FILL);
    }
}
