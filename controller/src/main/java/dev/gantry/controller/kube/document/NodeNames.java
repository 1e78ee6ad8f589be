package dev.gantry.controller.kube.document;

import dev.gantry.proto.Node;
import java.util.Locale;

/** What nodes are called in the Kubernetes API. */
public final class NodeNames {

    private NodeNames() {}

    /** Its host name in lower case, as names of objects are; its id when it has none. */
    public static String of(Node node) {
        String host = node.getInfo().getName().toLowerCase(Locale.ROOT);
        return host.isEmpty() ? node.getId() : host;
    }
}
