"""What an operator needs: backups, erasure to the last byte, and the questions of the doctor."""
