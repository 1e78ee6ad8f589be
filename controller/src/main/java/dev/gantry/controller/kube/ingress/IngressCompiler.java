package dev.gantry.controller.kube.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.proto.IngressBackend;
import dev.gantry.proto.IngressCertificate;
import dev.gantry.proto.IngressPath;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.IngressRule;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Turns an ingress and the secrets that it names into what the nodes read. */
final class IngressCompiler {

    static final ResourceName SECRETS = ResourceName.core("secrets");

    /** With this set to "false", hosts with a certificate are served without TLS as well. */
    static final String REDIRECTS = "ingress.gantry.dev/ssl-redirect";

    /** A record must fit into the store and into a message to a node. */
    private static final int CERTIFICATE_BYTES_MAX = 512 << 10;

    private final Snapshot snapshot;
    private final KubeDocument ingress;
    private final List<String> complaints = new ArrayList<>();

    private IngressCompiler(Snapshot snapshot, KubeDocument ingress) {
        this.snapshot = snapshot;
        this.ingress = ingress;
    }

    /** @param complaints what is not as the ingress says, for its author */
    record Compiled(IngressRoute route, List<String> complaints) {}

    static Compiled compile(Snapshot snapshot, KubeDocument ingress) {
        IngressCompiler compiler = new IngressCompiler(snapshot, ingress);
        IngressRoute route = compiler.route();
        return new Compiled(route, List.copyOf(compiler.complaints));
    }

    /** Names of the secrets that an ingress refers to. */
    static List<String> secrets(KubeDocument ingress) {
        return ingress.spec()
                .path("tls")
                .valueStream()
                .map(entry -> entry.path("secretName").asText())
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private IngressRoute route() {
        JsonNode spec = ingress.spec();
        IngressRoute.Builder route = IngressRoute.newBuilder()
                .setCluster(ingress.name().cluster())
                .setNamespace(ingress.name().namespace())
                .setName(ingress.name().name())
                .setCreatedAtMs(Times.read(ingress.meta().json().path("creationTimestamp"))
                        .map(Instant::toEpochMilli)
                        .orElse(0L))
                .setPlain(
                        ingress.meta().annotations().getOrDefault(REDIRECTS, "").equals("false"));
        spec.path("rules").forEach(rule -> route.addRules(rule(rule)));
        if (spec.hasNonNull("defaultBackend")) {
            route.setDefaultBackend(backend(spec.path("defaultBackend")));
        }
        int bytes = 0;
        for (JsonNode entry : spec.path("tls")) {
            IngressCertificate certificate = certificate(entry);
            bytes += certificate.getSerializedSize();
            if (bytes > CERTIFICATE_BYTES_MAX) {
                complaints.add("the certificates have more than " + CERTIFICATE_BYTES_MAX
                        + " bytes together; those that do not fit are not served");
                break;
            }
            route.addCertificates(certificate);
        }
        return route.build();
    }

    private static IngressRule rule(JsonNode rule) {
        IngressRule.Builder built =
                IngressRule.newBuilder().setHost(rule.path("host").asText());
        rule.path("http")
                .path("paths")
                .forEach(path -> built.addPaths(IngressPath.newBuilder()
                        .setPath(path.path("path").asText("/"))
                        .setExact(path.path("pathType").asText().equals("Exact"))
                        .setBackend(backend(path.path("backend")))));
        return built.build();
    }

    private static IngressBackend backend(JsonNode backend) {
        JsonNode service = backend.path("service");
        return IngressBackend.newBuilder()
                .setService(service.path("name").asText())
                .setPortName(service.path("port").path("name").asText())
                .setPort(service.path("port").path("number").asInt())
                .build();
    }

    /** Without a certificate in it, the nodes show one of their own. */
    private IngressCertificate certificate(JsonNode entry) {
        List<String> hosts = Json.texts(entry.path("hosts"));
        IngressCertificate.Builder certificate = IngressCertificate.newBuilder()
                .addAllHosts(
                        hosts.isEmpty()
                                ? ingress.spec()
                                        .path("rules")
                                        .valueStream()
                                        .map(rule -> rule.path("host").asText())
                                        .distinct()
                                        .toList()
                                : hosts);
        String name = entry.path("secretName").asText();
        if (name.isEmpty()) {
            return certificate.build();
        }
        Optional<JsonNode> data = KubeDocument.find(snapshot, ingress.name().beside(SECRETS, name))
                .map(secret -> secret.json().path("data"));
        if (data.isEmpty()) {
            complaints.add("secret " + name + " is not there");
        } else if (!data.get().hasNonNull("tls.crt") || !data.get().hasNonNull("tls.key")) {
            complaints.add("secret " + name + " has no tls.crt and tls.key");
        } else {
            certificate
                    .setChain(decoded(data.get().path("tls.crt")))
                    .setKey(decoded(data.get().path("tls.key")));
        }
        return certificate.build();
    }

    private static ByteString decoded(JsonNode base64) {
        return ByteString.copyFrom(Base64.getMimeDecoder().decode(base64.asText()));
    }
}
