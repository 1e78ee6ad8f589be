package dev.gantry.agent.ingress;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.gantry.agent.AgentSettings.IngressDoors;
import dev.gantry.agent.Services;
import dev.gantry.proto.IngressCertificate;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An ingress at free ports, before servers of this process. */
final class ServedIngress implements AutoCloseable {

    static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final List<AutoCloseable> servers = new ArrayList<>();
    private final List<ServiceRoute.Builder> services = new ArrayList<>();
    private final int http = freePort();
    private final int https = freePort();
    private final IngressServer ingress =
            IngressServer.start(new IngressDoors(http, https), InstantSource.system(), new SecureRandom());

    ServedIngress() throws IOException {}

    static int freePort() throws IOException {
        try (ServerSocket unused = new ServerSocket(0)) {
            return unused.getLocalPort();
        }
    }

    int http() {
        return http;
    }

    int https() {
        return https;
    }

    IngressServer ingress() {
        return ingress;
    }

    /** A server of HTTP; returns its port. */
    int server(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(HERE, 0), 0);
        server.createContext("/", handler);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        servers.add(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    /** A server that answers with a word. */
    int saying(String word) throws IOException {
        return server(exchange -> {
            exchange.sendResponseHeaders(200, word.length());
            exchange.getResponseBody().write(word.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            exchange.close();
        });
    }

    /** What a server does with a connection. */
    interface Talk {
        void with(Socket connection) throws IOException;
    }

    /** A server of bytes; returns its port. */
    int talking(Talk talk) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, HERE);
        servers.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket connection = server.accept();
                    servers.add(connection);
                    Thread.ofVirtual().start(() -> {
                        try (connection) {
                            talk.with(connection);
                        } catch (IOException _) {
                            // The test ended first.
                        }
                    });
                } catch (IOException _) {
                    return;
                }
            }
        });
        return server.getLocalPort();
    }

    void service(String name, Integer... ports) {
        ServiceRoute.Builder service = Services.named(name).addPorts(Services.port("", 80));
        for (int port : ports) {
            service.getPortsBuilder(0)
                    .addTargets(RouteTarget.newBuilder()
                            .setAddress(HERE.getHostAddress())
                            .setPort(port));
        }
        services.add(service);
    }

    /** Serves when this returns. */
    void serve(IngressRoute.Builder... ingresses) {
        ingress.follow(Ingresses.book(services, ingresses));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() ->
                        ingress.ports().getHttp() == http && ingress.ports().getHttps() == https);
    }

    static IngressCertificate.Builder certificate(String host, String algorithm)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        KeyPair keys = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        X500Name name = new X500Name("CN=" + host);
        String signature = algorithm.equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        Instant now = Instant.now();
        var certificate = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minusSeconds(60)),
                        Date.from(now.plusSeconds(3600)),
                        name,
                        keys.getPublic())
                .build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()));
        return IngressCertificate.newBuilder()
                .addHosts(host)
                .setChain(pem(certificate))
                .setKey(pem(new JcaPKCS8Generator(keys.getPrivate(), null)));
    }

    private static ByteString pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return ByteString.copyFromUtf8(text.toString());
    }

    /** Of a client that believes everybody. */
    static SSLContext trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), new SecureRandom());
        return context;
    }

    @Override
    public void close() throws Exception {
        ingress.close();
        for (AutoCloseable server : servers) {
            server.close();
        }
    }
}
