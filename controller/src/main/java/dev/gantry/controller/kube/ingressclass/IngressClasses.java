package dev.gantry.controller.kube.ingressclass;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.store.Snapshot;
import java.util.Comparator;
import java.util.Optional;

/** What the classes of a cluster make of its ingresses: each is served by the controller of its class, and of no other. */
public final class IngressClasses {

    public static final ResourceName INGRESSES = new ResourceName("networking.k8s.io", "ingresses");
    public static final ResourceName RESOURCE = new ResourceName("networking.k8s.io", "ingressclasses");

    /** The class that a cluster has from the start. It may be deleted, and comes back with the next start of a controller. */
    public static final String BUILT_IN = "gantry";

    /** What classes name whose ingresses are served by the nodes themselves. */
    public static final String CONTROLLER = "gantry.dev/ingress";

    /** The annotation by which ingresses named their class before they had a field for it. */
    public static final String OLD_NAME = "kubernetes.io/ingress.class";

    private static final String DEFAULT = "ingressclass.kubernetes.io/is-default-class";
    private static final String CLASS_NAME = "ingressClassName";

    private IngressClasses() {}

    /** The class of the nodes, for ingresses that name none. */
    public static ObjectNode ofSystem() {
        ObjectNode object = Json.object();
        object.withObject("/metadata/annotations").put(DEFAULT, "true");
        object.withObject("/spec").put("controller", CONTROLLER);
        return object;
    }

    /** Gives a new ingress the default class if it names none; the newest, as upstream, should there be several. */
    public static void complete(Snapshot image, ObjectName name, ObjectNode ingress) {
        if (nameIn(ingress).isEmpty()) {
            KubeDocument.list(image, name.cluster(), RESOURCE).stream()
                    .map(KubeDocument::meta)
                    .filter(meta -> meta.annotations().getOrDefault(DEFAULT, "").equals("true"))
                    .max(Comparator.<Meta, String>comparing(meta ->
                                    meta.json().path("creationTimestamp").asText())
                            .thenComparing(Comparator.comparing(Meta::name).reversed()))
                    .ifPresent(found -> ingress.withObject("/spec").put(CLASS_NAME, found.name()));
        }
    }

    /** Whether the nodes serve an ingress: its class is there, and names them. */
    public static boolean isServed(Snapshot image, KubeDocument ingress) {
        return nameIn(ingress.json())
                .flatMap(name ->
                        KubeDocument.find(image, new ObjectName(ingress.name().cluster(), RESOURCE, "", name)))
                .filter(found -> found.spec().path("controller").asText().equals(CONTROLLER))
                .isPresent();
    }

    private static Optional<String> nameIn(ObjectNode ingress) {
        String named = ingress.path("spec").path(CLASS_NAME).asText();
        return Optional.of(named.isEmpty() ? Meta.of(ingress).annotations().getOrDefault(OLD_NAME, "") : named)
                .filter(name -> !name.isEmpty());
    }
}
