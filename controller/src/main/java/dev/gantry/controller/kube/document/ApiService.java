package dev.gantry.controller.kube.document;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The service by which pods reach the API. It is an object of the cluster {@code default} only, as the clusters share one range of addresses;
 * pods of the others are told its address, and the tokens of their accounts tell which cluster they mean.
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

    /** By which clients in pods find the API. */
    public static Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
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
        return variables;
    }
}
