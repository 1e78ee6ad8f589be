package dev.gantry.e2e.bed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.controller.aws.SigV4;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Signed ECS calls without the cost of starting a client: for benchmarks, and for clients by the dozen. */
public final class Api {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final URI endpoint;
    private final SigV4.Credentials credentials;
    private final SigV4.Scope scope;

    /** What came back, whatever it is. */
    public record Answer(int status, JsonNode body) {

        public boolean isOk() {
            return status == 200;
        }
    }

    /** @param environment as {@code gantry env} prints it */
    public Api(Map<String, String> environment) {
        this.http = client(environment.getOrDefault("AWS_CA_BUNDLE", ""));
        this.endpoint = URI.create(environment.getOrDefault("AWS_ENDPOINT_URL", ""));
        this.credentials = new SigV4.Credentials(
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                null);
        this.scope = new SigV4.Scope(environment.getOrDefault("AWS_REGION", ""), "ecs");
    }

    /** @param authority file of the certificate to trust; empty without TLS */
    private static HttpClient client(String authority) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        if (authority.isEmpty()) {
            return builder.build();
        }
        try (InputStream pem = Files.newInputStream(Path.of(authority))) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "gantry", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return builder.sslContext(context).build();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot trust " + authority, e);
        }
    }

    /** The answer to an operation that must go well. */
    public JsonNode call(String operation, String input) throws InterruptedException {
        try {
            Answer answer = send(operation, input);
            if (!answer.isOk()) {
                throw new AssertionError(operation + ": " + answer.status() + " " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new AssertionError(operation, e);
        }
    }

    /**
     * The answer to an operation, good or bad.
     *
     * @throws IOException when none came; what was asked for may have happened
     */
    public Answer send(String operation, String input) throws IOException, InterruptedException {
        byte[] body = input.getBytes(UTF_8);
        Map<String, String> headers = new HashMap<>();
        headers.put("X-Amz-Target", "AmazonEC2ContainerServiceV20141113." + operation);
        headers.put("Content-Type", "application/x-amz-json-1.1");
        SigV4.Request request = SigV4.Request.to(endpoint, "POST", headers, body);
        headers.putAll(SigV4.sign(request, credentials, scope, Instant.now()));
        HttpRequest.Builder builder = HttpRequest.newBuilder(endpoint)
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(builder::header);
        HttpResponse<String> answer = http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
    }
}
