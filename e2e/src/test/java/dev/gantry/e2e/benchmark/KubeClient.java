package dev.gantry.e2e.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.cli.client.KubeAccess;
import java.io.IOException;
import javax.net.ssl.SSLSocket;

/** Asks the Kubernetes API over HTTPS with the administrator's certificate; each call has a connection of its own. */
record KubeClient(KubeAccess access) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_TYPE = "application/json";

    /** What {@code kubectl get} asks for. */
    static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    LeanClient connect() throws IOException {
        SSLSocket socket = (SSLSocket) access.tls()
                .getSocketFactory()
                .createSocket(access.server().getHost(), access.server().getPort());
        socket.startHandshake();
        return new LeanClient(socket);
    }

    JsonNode get(String path) throws IOException {
        return call(request("GET", path, JSON_TYPE, JSON_TYPE, ""));
    }

    JsonNode post(String path, String body) throws IOException {
        return call(request("POST", path, JSON_TYPE, JSON_TYPE, body));
    }

    private JsonNode call(byte[] request) throws IOException {
        try (LeanClient client = connect()) {
            return JSON.readTree(client.exchange(request));
        }
    }

    /** As it is sent. */
    byte[] get(String path, String accept) {
        return request("GET", path, accept, JSON_TYPE, "");
    }

    byte[] merge(String path, String body) {
        return request("PATCH", path, JSON_TYPE, "application/merge-patch+json", body);
    }

    private byte[] request(String method, String path, String accept, String type, String body) {
        String head =
                method + " " + path + " HTTP/1.1\r\nHost: " + access.server().getRawAuthority() + "\r\nAccept: "
                        + accept + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.getBytes(UTF_8).length
                        + "\r\n\r\n";
        return (head + body).getBytes(UTF_8);
    }
}
