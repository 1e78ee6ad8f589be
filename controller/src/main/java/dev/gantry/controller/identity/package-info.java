/**
 * Who is who in a cluster: the certificate authority, certificates of controllers and nodes, join tokens, and the secrets
 * that all controllers share, sealed in the store. Knows no wire; chance and time are arguments.
 */
@NullMarked
package dev.gantry.controller.identity;

import org.jspecify.annotations.NullMarked;
