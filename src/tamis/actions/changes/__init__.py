"""What is told about membership changes: to writers, and to those who follow them."""
