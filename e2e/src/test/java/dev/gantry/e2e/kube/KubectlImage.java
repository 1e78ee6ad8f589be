package dev.gantry.e2e.kube;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;

/** An image with nothing but this machine's kubectl, which needs nothing else. */
final class KubectlImage {

    static final String NAME = "gantry-e2e/kubectl:1";

    private static final String MAKE = """
        root=$(mktemp -d)
        mkdir -p $root/tmp
        cp -L "$(command -v kubectl)" $root/kubectl
        tar -C $root -c . | docker --host %s import - %s
        rm -rf $root
        """;

    private KubectlImage() {}

    /** Makes it on an engine. */
    static void on(Engine engine) {
        String _ = Command.of("sh", "-ec", MAKE.formatted(engine.address(), NAME))
                .run()
                .must();
    }
}
