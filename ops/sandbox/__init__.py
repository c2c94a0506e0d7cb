"""An embedded Azure: an HTTPS server that speaks enough ARM to run the whole product against, without a subscription."""
