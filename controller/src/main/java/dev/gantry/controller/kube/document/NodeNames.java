package dev.gantry.controller.kube.document;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Node;
import dev.gantry.store.Snapshot;
import java.util.Locale;

/** What nodes are called in the Kubernetes API. */
public final class NodeNames {

    private NodeNames() {}

    /** Of the node with the id; the id itself when it is not known. */
    public static String of(Snapshot snapshot, String id) {
        return snapshot.get(Kinds.NODE.key("", id))
                .map(node -> of(node.value()))
                .orElse(id);
    }

    /** Its host name in lower case, as names of objects are; its id when it has none. */
    public static String of(Node node) {
        String host = node.getInfo().getName().toLowerCase(Locale.ROOT);
        return host.isEmpty() ? node.getId() : host;
    }
}
