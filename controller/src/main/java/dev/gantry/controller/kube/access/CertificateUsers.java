package dev.gantry.controller.kube.access;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Reads a user out of a client certificate: its common name, and its organizations as groups. */
public final class CertificateUsers {

    private CertificateUsers() {}

    /** @param certificate one that was issued by the cluster's authority, whose validity TLS has checked */
    public static Optional<User> of(X509Certificate certificate) {
        String name = "";
        List<String> groups = new ArrayList<>();
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    name = part.getValue().toString();
                } else if (part.getType().equalsIgnoreCase("O")) {
                    groups.add(part.getValue().toString());
                }
            }
        } catch (InvalidNameException _) {
            return Optional.empty();
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(User.authenticated(name, groups));
    }
}
