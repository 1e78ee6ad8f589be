package dev.gantry.controller.kube.document;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The service by which the pods of the cluster {@code default} reach its API. Pods of other clusters are given none: the API of those has a
 * path of its own, which clients inside do not know of.
 */
public final class ApiService {

    public static final ObjectName NAME =
            new ObjectName("default", ResourceName.core("services"), "default", "kubernetes");

    /** The first address of the range of services, as upstream. */
    public static final String ADDRESS = "10.43.0.1";

    public static final int PORT = 443;

    /** Of its only port. */
    public static final String PORT_NAME = "https";

    /** What clients inside call the API's host. */
    public static final List<String> HOSTS = List.of(
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
            ADDRESS);

    private ApiService() {}

    /** By which clients in the pods of a cluster find its API. */
    public static Map<String, String> variables(String cluster) {
        Map<String, String> variables = new LinkedHashMap<>();
        if (cluster.equals(NAME.cluster())) {
            String port = Integer.toString(PORT);
            String url = "tcp://" + ADDRESS + ":" + port;
            variables.put("KUBERNETES_SERVICE_HOST", ADDRESS);
            variables.put("KUBERNETES_SERVICE_PORT", port);
            variables.put("KUBERNETES_SERVICE_PORT_HTTPS", port);
            variables.put("KUBERNETES_PORT", url);
            variables.put("KUBERNETES_PORT_443_TCP", url);
            variables.put("KUBERNETES_PORT_443_TCP_PROTO", "tcp");
            variables.put("KUBERNETES_PORT_443_TCP_PORT", port);
            variables.put("KUBERNETES_PORT_443_TCP_ADDR", ADDRESS);
        }
        return variables;
    }
}
