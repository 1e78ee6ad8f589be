package dev.gantry.controller;

import dev.gantry.controller.http.EdgeLimits;
import dev.gantry.controller.http.EdgeOptions;
import dev.gantry.controller.identity.Authority;
import dev.gantry.controller.identity.ClusterKey;
import dev.gantry.controller.identity.ClusterSecrets;
import dev.gantry.controller.identity.RootCredentials;
import dev.gantry.controller.identity.Seal;
import dev.gantry.controller.identity.ServerIdentity;
import dev.gantry.controller.identity.Vault;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.document.ApiService;
import dev.gantry.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who a controller is: what its cluster shares, and its own certificate.
 *
 * @param tls whether its API speaks TLS
 */
public record Identity(
        Authority authority,
        ServerIdentity server,
        RootCredentials root,
        String clusterUid,
        byte[] pageTokenKey,
        KeyPair serviceAccountKeys,
        Path folder,
        boolean tls) {

    static Identity open(ControllerSettings settings, Store store, Chance chance)
            throws IOException, InterruptedException {
        Path folder = settings.dataDirectory();
        // What is in there is nobody else's business.
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ControllerSettings.Access access = settings.access();
        Path keyFile = access.clusterKeyFile().orElse(folder.resolve("cluster.key"));
        ClusterKey key = ClusterKey.loadOrCreate(keyFile, chance.secure());
        Vault vault = new Vault(store, new Seal(key, chance.secure()));
        Authority authority = Authority.open(vault, chance.clock().instant(), chance.secure());
        ClusterSecrets secrets = new ClusterSecrets(vault, chance.secure());
        Set<String> names = new LinkedHashSet<>(List.of("127.0.0.1", "localhost"));
        names.add(Endpoints.host(settings.listening()));
        if (!settings.listening().address().equals("0.0.0.0")) {
            names.add(settings.listening().address());
        }
        names.addAll(ApiService.HOSTS);
        ServerIdentity server =
                authority.issueServer(List.copyOf(names), chance.clock().instant());
        Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());
        return new Identity(
                authority,
                server,
                secrets.rootCredentials(access.rootAccessKey(), access.rootSecretKey()),
                secrets.clusterUid(),
                secrets.pageTokenKey(),
                secrets.serviceAccountKeys(),
                folder,
                !Endpoints.isLoopback(settings.listening().address()));
    }

    /** The certificate of the cluster's authority, for clients that check the API's. */
    public Path authorityFile() {
        return folder.resolve("ca.pem");
    }

    ServiceAccountTokens serviceAccountTokens(Chance chance) {
        return new ServiceAccountTokens(serviceAccountKeys, chance.clock(), chance::requestId);
    }

    EdgeOptions edge(ControllerSettings settings) throws IOException {
        ControllerSettings.Listening listening = settings.listening();
        return new EdgeOptions(
                listening.address(),
                listening.port(),
                tls ? Optional.of(serverFiles(false)) : Optional.empty(),
                EdgeLimits.DEFAULT.withRequestsPerSecond(listening.requestsPerSecond()));
    }

    /** @param asksClients whether clients may prove who they are by a certificate of the cluster's authority */
    EdgeOptions.Tls serverFiles(boolean asksClients) throws IOException {
        Path chain = folder.resolve("server.pem");
        Path key = folder.resolve("server-key.pem");
        Files.writeString(chain, server.chainPem());
        Files.deleteIfExists(key);
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, server.keyPem());
        return new EdgeOptions.Tls(chain, key, asksClients ? Optional.of(authorityFile()) : Optional.empty());
    }

    /** Without secrets: what prints a record prints this. */
    @Override
    public String toString() {
        return "Identity[" + clusterUid + "]";
    }
}
